namespace Rivet.Container;

/// <summary>Where a container and, when no passphrase protects it, its key file lie: never in the same folder.</summary>
public sealed record ContainerPlace
{
    /// <summary>The home folder; made with mode 0700.</summary>
    public required string Home { get; init; }

    /// <summary>The folder of key files; made with mode 0700. By default <c>$XDG_CONFIG_HOME/rivet/keys</c>.</summary>
    public string KeyFolder { get; init; } = DefaultKeyFolder();

    /// <summary>The store file.</summary>
    public string File => Path.Combine(Home, "container.db");

    /// <summary>The lock of the one process that holds the link.</summary>
    public string LinkLockFile => Path.Combine(Home, "link.lock");

    internal string KeyFile(Guid container) => Path.Combine(KeyFolder, container.ToString("N"));

    internal bool KeyFolderIsInsideHome
    {
        get
        {
            var relative = Path.GetRelativePath(Path.GetFullPath(Home), Path.GetFullPath(KeyFolder));
            return relative == "." || !(relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative));
        }
    }

    private static string DefaultKeyFolder()
    {
        var configuration = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        if (string.IsNullOrEmpty(configuration) || !Path.IsPathRooted(configuration))
        {
            configuration = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".config");
        }

        return Path.Combine(configuration, "rivet", "keys");
    }
}
