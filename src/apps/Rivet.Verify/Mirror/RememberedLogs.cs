using System.Text;
using System.Text.Json;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>A log as it was at the last visit.</summary>
/// <param name="Key">The log's key then.</param>
/// <param name="Note">The checkpoint, as it was signed.</param>
/// <param name="Statements">What was said of the log's keys.</param>
internal sealed record RememberedLog(NoteKey Key, byte[] Note, IReadOnlyList<SignedNote> Statements);

/// <summary>What a verifier remembers of each log, in a file of its own: the newest checkpoint that it verified, and the statements about its keys.</summary>
internal sealed class RememberedLogs
{
    private const int Longest = 64 * 1024 * 1024;
    private const string Suffix = ".writing";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Dictionary<string, Line> logs;

    private RememberedLogs(string file, Dictionary<string, Line> logs) => (File, this.logs) = (file, logs);

    public string File { get; }

    /// <summary>Reads the file; one that is not there yet is empty.</summary>
    /// <exception cref="VerifyException">It is damaged, and nobody but its owner can say what it was.</exception>
    public static RememberedLogs Open(string file)
    {
        var reading = new MirrorFolder(Environment.CurrentDirectory).Read(file, Longest);
        if (reading.Bytes is null)
        {
            return reading.Problem is FindingKind.Missing ? new RememberedLogs(file, []) : throw Damaged(file);
        }

        try
        {
            var logs = JsonSerializer.Deserialize<Dictionary<string, Line>>(reading.Bytes) ?? throw Damaged(file);
            return logs.All(log => Read(log.Key, log.Value) is not null) ? new RememberedLogs(file, logs) : throw Damaged(file);
        }
        catch (JsonException)
        {
            throw Damaged(file);
        }
    }

    public RememberedLog? Find(string origin) => logs.TryGetValue(origin, out var line) ? Read(origin, line) : null;

    /// <summary>Remembers a log as it was just verified. Others in the file stay as they are there now.</summary>
    public void Keep(NoteKey key, SignedNote note, IReadOnlyList<SignedNote> statements)
    {
        var all = Open(File);
        all.logs[key.Name] = new Line(key.ToString(), note.ToString(), statements.Count == 0 ? null : KeyStatementFile.Write(statements));
        WholeFile.Write(Path.GetFullPath(File), Suffix, JsonSerializer.SerializeToUtf8Bytes(all.logs, Indented));
    }

    private static RememberedLog? Read(string origin, Line? line)
        => line is { Key: not null, Checkpoint: not null } && NoteKey.TryParse(line.Key, out var key) && key.Name == origin
            && KeyStatementFile.TryRead(Encoding.UTF8.GetBytes(line.Statements ?? ""), out var statements)
            ? new RememberedLog(key, Encoding.UTF8.GetBytes(line.Checkpoint), statements)
            : null;

    private static VerifyException Damaged(string file) => new(Words.Of("remember.damaged", file));

    /// <summary>How a log stands in the file.</summary>
    private sealed record Line(string Key, string Checkpoint, string? Statements = null);
}
