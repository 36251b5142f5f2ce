namespace Rivet.Release.Publishing;

/// <summary>The programs of a release as they came out of the build: folders that hold all they need beside them.</summary>
internal sealed record BuiltPrograms
{
    /// <summary>The name of the server's program in its folder.</summary>
    public const string Server = "Rivet.Server";

    /// <summary>The name of the terminal client's program in its folder.</summary>
    public const string Client = "rivet-cli";

    /// <summary>The server, its runtime, and <c>wwwroot</c> with the chat and the pages.</summary>
    public required string ServerFolder { get; init; }

    public required string ClientFolder { get; init; }

    /// <summary>Files that a machine needs to run them, below a folder, relative to it and by name: no symbols, no documentation of code, no signpost into the clone.</summary>
    public static IEnumerable<string> Files(string folder)
        => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file))
            .Where(file => Path.GetExtension(file) is not (".pdb" or ".dbg" or ".xml") 
                && file is not ("runtimeconfig.template.json" or "Rivet.Server.staticwebassets.runtime.json"))
            .Order(StringComparer.Ordinal);
}
