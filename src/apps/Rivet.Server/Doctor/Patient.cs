using Rivet.Certificates;
using Rivet.Server.Startup;

namespace Rivet.Server.Doctor;

/// <summary>A server, running or not, and the machine around it: what the checks look at.</summary>
internal sealed record Patient
{
    /// <summary>How it was started, or would be.</summary>
    public required ServerOptions Options { get; init; }

    public required Machine Machine { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Null when no process holds the data folder.</summary>
    public RunningServer? Running { get; init; }

    /// <summary>Whether the names in <see cref="Options"/> were said, here, in the environment or at the running server's start.</summary>
    public bool HostsAreGiven { get; init; }

    /// <summary>Where the keys lie; made by nobody who looks.</summary>
    /// <exception cref="FileNotFoundException">Nobody said, and the store has no name yet.</exception>
    public string KeysFolder => Options.KeysFolder ?? Startup.KeysFolder.DefaultFor(
        Guid.TryParseExact(File.ReadAllText(Path.Combine(Options.DataFolder, "store.name")).Trim(), "N", out var name)
            ? name.ToString("N")
            : throw new FileNotFoundException(Path.Combine(Options.DataFolder, "store.name")));

    public string Store => Path.Combine(Options.DataFolder, "rivet.db");

    /// <summary>How the certificates stand.</summary>
    /// <exception cref="FileNotFoundException">No server was ever started over these folders.</exception>
    /// <exception cref="CertificateFolderException">A file is damaged, or others can read a key.</exception>
    public CertificateState Certificates()
    {
        var folder = Path.Combine(KeysFolder, "certificates");
        _ = FileFacts.Of(folder);
        return new CertificateDesk(folder, Time).Show();
    }

    /// <summary>The names people use: those that were said, else those of the newest start.</summary>
    public IReadOnlyList<string> Hosts => !HostsAreGiven && Certificates().Hosts is { Count: > 0 } known ? known : Options.Hosts;

    /// <summary>Whether others than this machine are meant to come.</summary>
    public bool IsPublic => !(Options with { Hosts = Hosts }).IsLoopbackOnly;
}
