using System.Security.Cryptography;

namespace Rivet.Release.Checks;

/// <summary><c>SHA256SUMS</c> in the form that <c>sha256sum --check</c> reads: <c>HASH, two spaces, NAME</c>, a file a line, by name.</summary>
internal static class ChecksumFile
{
    public const string Name = "SHA256SUMS";

    /// <summary>The signature beside it.</summary>
    public const string SignatureName = Name + ".sig";

    /// <summary>The text for every file of the folder.</summary>
    public static string Write(string folder)
        => string.Concat(Names(folder).Select(name => $"{Hash(Path.Combine(folder, name))}  {name}\n"));

    /// <summary>What is wrong with a folder by its checksums; nothing when all is as it was written, and nothing beside it.</summary>
    public static IReadOnlyList<string> Compare(string folder, string text)
    {
        var problems = new List<string>();
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryRead(line, out var hash, out var name))
            {
                problems.Add($"{Name} holds a line that is no checksum.");
            }
            else if (!listed.TryAdd(name, hash))
            {
                problems.Add($"{Name} names {name} twice.");
            }
        }

        if (listed.Count == 0)
        {
            problems.Add($"{Name} names no file.");
        }

        var present = Names(folder).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(present.Except(listed.Keys).Order(StringComparer.Ordinal).Select(name => $"{name} is not among the files of the release."));
        foreach (var (name, hash) in listed)
        {
            if (!present.Contains(name))
            {
                problems.Add($"{name} is missing.");
            }
            else if (Hash(Path.Combine(folder, name)) != hash)
            {
                problems.Add($"{name} is not the file that was released: its SHA-256 differs. Do not install it.");
            }
        }

        return problems;
    }

    /// <summary>A name is a file of this folder and nothing else: a path could lead out of it.</summary>
    internal static bool TryRead(string line, out string hash, out string name)
    {
        (hash, name) = line.Length > 66 ? (line[..64], line[66..]) : ("", "");
        return hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower) && line.AsSpan(64, 2) is "  "
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '~' or '+')
            && name[0] is not ('.' or '-') && name is not (Name or SignatureName);
    }

    private static IEnumerable<string> Names(string folder)
        => Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)
            .Where(name => name is not (Name or SignatureName)).Order(StringComparer.Ordinal);

    private static string Hash(string file)
    {
        if (Directory.Exists(file))
        {
            return ""; // a folder is no file of a release
        }

        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
