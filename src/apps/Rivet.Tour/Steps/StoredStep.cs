using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Rivet.Client;
using Rivet.Kernel;

namespace Rivet.Tour;

/// <summary>Shows a row of the server's store beside what the client reads, and looks for the words in all of its files.</summary>
internal sealed class StoredStep(Stage stage)
{
    private const int ShownBytes = 48;

    public async Task ShowAsync(ServerProcess server, Device reader, TalkStep talk, CancellationToken ct)
    {
        var sent = talk.Spoken!;
        var (row, files) = await stage.StepAsync("StepStored", async () =>
        {
            var sealedRow = await RowAsync(Path.Combine(server.Data, "rivet.db"), sent, ct);
            string[] words = [talk.SpokenText, reader.Name, reader.Client.Conversation(talk.Channel)!.Title];
            return (sealedRow, await SearchAsync(server.Data, words.Where(word => Encoding.UTF8.GetByteCount(word) >= 8), ct));
        });
        var read = Timeline.Read(reader.Client.Entries(talk.Channel, sent.Sequence, 1).Single())!.Post.Body.Text;
        stage.Say(Words.Of("RowStored", Hex(row)));
        stage.Say(Words.Of("RowRead", read));
        stage.Quiet(Words.Of("FilesSearched", files, sent.Sequence.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<byte[]> RowAsync(string file, Sent sent, CancellationToken ct)
    {
        Expect.That(File.Exists(file), "StoreMissing", file);
        var place = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        await using var connection = new SqliteConnection(place.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT sealed FROM messaging_entry WHERE conversation_id = $conversation AND sequence = $sequence";
        command.Parameters.AddWithValue("$conversation", sent.Conversation.ToBytes());
        command.Parameters.AddWithValue("$sequence", (long)sent.Sequence);
        var row = await command.ExecuteScalarAsync(ct) as byte[];
        Expect.That(row is not null, "RowMissing");
        return row!;
    }

    /// <summary>How many files were searched; words in clear in any of them fail the tour.</summary>
    private static async Task<int> SearchAsync(string folder, IEnumerable<string> words, CancellationToken ct)
    {
        var needles = words.Select(Encoding.UTF8.GetBytes).ToList();
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) == ".lock")
            {
                continue; // empty, and held by the server alone
            }

            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, ct);
            foreach (var needle in needles)
            {
                Expect.That(content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(needle) < 0, "InClear", Path.GetFileName(file));
            }

            count++;
        }

        return count;
    }

    private static string Hex(byte[] bytes)
        => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(ShownBytes, bytes.Length))) + (bytes.Length > ShownBytes ? "…" : "");
}
