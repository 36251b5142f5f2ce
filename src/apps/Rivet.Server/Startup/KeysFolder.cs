namespace Rivet.Server.Startup;

/// <summary>
/// Where the root keys lie: a folder of mode 0700 outside the data folder, so that a copy of the data is only
/// ciphertext. Its default place is chosen by the store's own random name, which survives moving the data folder.
/// </summary>
internal sealed class KeysFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string RootKeyName = "root.key";
    private const string NameFile = "store.name";

    private KeysFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>The file of the root key that seals the key ring.</summary>
    public string RootKeyFile => System.IO.Path.Combine(Path, RootKeyName);

    /// <summary>Says which key module holds the root instead of the file, where one does.</summary>
    public string RootModuleFile => Rivet.Vault.RootModuleFile.Beside(RootKeyFile);

    /// <summary>Whether the folder knows a root, of either kind.</summary>
    public bool HasRoot => File.Exists(RootKeyFile) || File.Exists(RootModuleFile);

    /// <summary>The file of the local certificate authority's key.</summary>
    public string AuthorityKeyFile => System.IO.Path.Combine(Path, "authority.key");

    /// <summary>The folder of the certificates, whose keys lie with them.</summary>
    public string CertificatesFolder => System.IO.Path.Combine(Path, "certificates");

    /// <summary>Finds or makes the folder.</summary>
    /// <exception cref="StartupException">It lies inside the data folder, or cannot be made.</exception>
    public static KeysFolder Open(ServerOptions options) => Open(options.DataFolder, options.KeysFolder);

    /// <summary>Finds or makes the folder of a data folder.</summary>
    /// <exception cref="StartupException">It lies inside the data folder, or cannot be made.</exception>
    public static KeysFolder Open(string dataFolder, string? keysFolder)
    {
        CreatePrivate(dataFolder, "data");
        var folder = At(dataFolder, keysFolder ?? DefaultFor(StoreName(dataFolder)));
        CreatePrivate(folder.Path, "keys");
        return folder;
    }

    /// <summary>Where the folder of a store that exists lies; makes and changes nothing.</summary>
    /// <exception cref="StartupException">It is not known, or lies inside the data folder.</exception>
    public static KeysFolder Find(string dataFolder, string? keysFolder)
    {
        if (keysFolder is null && !File.Exists(System.IO.Path.Combine(dataFolder, NameFile)))
        {
            throw new StartupException($"{dataFolder} does not say where its keys folder lies. Name it with --keys, or the right data folder with --data.");
        }

        return At(dataFolder, keysFolder ?? DefaultFor(StoreName(dataFolder)));
    }

    /// <summary>The root key's place of a store that exists, where there is a file or it is said which module holds it; makes nothing.</summary>
    /// <exception cref="StartupException">It is not there.</exception>
    public static string FindRootKey(string dataFolder, string? keysFolder)
    {
        var name = System.IO.Path.Combine(dataFolder, NameFile);
        var folder = keysFolder ?? (File.Exists(name) ? DefaultFor(File.ReadAllText(name).Trim()) : null);
        var file = folder is null ? null : System.IO.Path.Combine(folder, RootKeyName);
        return file is not null && new KeysFolder(folder!).HasRoot
            ? file
            : throw new StartupException($"There is no store with its root key for {dataFolder}{(file is null ? "" : $" ({file} is missing)")}. Name its folders with --data and --keys.");
    }

    /// <summary>Where the keys of a store lie unless something else was said.</summary>
    public static string DefaultFor(string storeName) => System.IO.Path.Combine(ConfigurationHome(), "rivet", "keys", storeName);

    /// <summary>Whether a copy of the data would hold the keys, through a link too.</summary>
    public static bool AreTogether(string dataFolder, string keysFolder) => IsInside(dataFolder, keysFolder) || IsInside(Real(dataFolder), Real(keysFolder));

    private static KeysFolder At(string dataFolder, string path)
        => AreTogether(dataFolder, path)
            ? throw new StartupException($"The keys folder {path} lies inside the data folder; a copy of the data would then hold its own keys. Choose another with --keys.")
            : new KeysFolder(path);

    private static bool IsInside(string folder, string path)
    {
        var relative = System.IO.Path.GetRelativePath(folder, path);
        return !System.IO.Path.IsPathRooted(relative) && relative != ".." && !relative.StartsWith(".." + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    /// <summary>The path behind a symbolic link.</summary>
    private static string Real(string path)
        => Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private static string StoreName(string dataFolder)
    {
        var file = System.IO.Path.Combine(dataFolder, NameFile);
        string name;
        try
        {
            if (!File.Exists(file))
            {
                File.WriteAllText(file, Guid.NewGuid().ToString("N"));
            }

            name = File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {dataFolder} cannot be used: {exception.Message}", exception);
        }

        return Guid.TryParseExact(name, "N", out _)
            ? name
            : throw new StartupException($"{file} is damaged: it should hold 32 hexadecimal digits. Name the keys folder with --keys.");
    }

    private static string ConfigurationHome()
        => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } home
            ? home
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".config");

    private static void CreatePrivate(string path, string what)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, OwnerOnly);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The {what} folder {path} cannot be made: {exception.Message}", exception);
        }
    }
}
