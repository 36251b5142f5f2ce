using System.Text;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

/// <summary>A mirror's files, to be edited.</summary>
internal sealed class TestMirror(string folder)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Folder => folder;

    public string this[string name] => Path.Combine(folder, name);

    public IEnumerable<string> Files => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);

    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
    }

    public void WriteNote(string name, SignedNote note) => Write(name, Encoding.UTF8.GetBytes(note.ToString()));

    public void Edit(string name, Func<byte[], byte[]> edit) => Write(name, edit(File.ReadAllBytes(this[name])));

    /// <summary>As an auditor does who has the key and knows the witness.</summary>
    public Task<Judgement> VerifyAsync(TestLog log, string? remember = null) => VerifyAsync(new Knowledge
    {
        Key = log.Key,
        Witnesses = [log.Witness],
        Remembered = remember is null ? null : RememberedLogs.Open(remember),
    });

    public Task<Judgement> VerifyAsync(Knowledge knowledge)
        => new LogCheck(new MirrorFolder(folder), knowledge, new Progress(TextWriter.Null, TimeProvider.System)).RunAsync(Ct);
}
