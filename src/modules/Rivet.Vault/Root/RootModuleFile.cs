namespace Rivet.Vault;

/// <summary>
/// Where the root is when it is in a key module: <c>root.module</c> beside where the root key's file would be, so that every command that finds
/// the keys folder finds the module. Lines of <c>name = value</c>; it names the PIN's file and never holds the PIN.
/// </summary>
public static class RootModuleFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file beside a root key's file.</summary>
    public static string Beside(string rootKeyFile) => Path.ChangeExtension(rootKeyFile, ".module");

    /// <summary>Reads it; null when there is none.</summary>
    /// <exception cref="RootKeyException">It cannot be read, or is not complete.</exception>
    public static RootModuleOptions? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var values = File.ReadLines(path)
                .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
                .Where(pair => pair.Length == 2)
                .ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
            string Value(string name) => values[name].FirstOrDefault() is { Length: > 0 } value
                ? value
                : throw new RootKeyException($"{path} does not say \"{name} = …\". It needs library, token and pin-file, or start once with --key-module, --token and --pin-file.");
            return new() { Library = Value("library"), Token = Value("token"), PinFile = Value("pin-file") };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes it, whole or not at all, over an earlier one.</summary>
    internal static void Write(string path, RootModuleOptions module)
    {
        var unfinished = path + ".new";
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
                options.UnixCreateMode = OwnerOnly;
            }

            using (var writer = new StreamWriter(unfinished, options))
            {
                writer.Write($"library = {module.Library}\ntoken = {module.Token}\npin-file = {module.PinFile}\n");
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"{path} cannot be written: {exception.Message}", exception);
        }
    }
}
