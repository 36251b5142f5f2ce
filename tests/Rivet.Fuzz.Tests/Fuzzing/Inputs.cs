using Rivet.Fuzz.Tests.Targets;

namespace Rivet.Fuzz.Tests.Fuzzing;

/// <summary>Inputs as files of hexadecimal digits: <c>Corpus/TARGET/NAME.hex</c>, <c>Regressions/TARGET/NAME.hex</c>.</summary>
internal static class Inputs
{
    public static readonly string Folder = Path.Combine(Testing.Fixtures.RepositoryRoot(), "tests", "Rivet.Fuzz.Tests");

    public static IEnumerable<string> Files(Target target)
        => from kind in (string[])["Corpus", "Regressions"]
           let folder = Path.Combine(Folder, kind, target.Name)
           where Directory.Exists(folder)
           from file in Directory.EnumerateFiles(folder, "*.hex").Order(StringComparer.Ordinal)
           select file;

    public static byte[] Read(string file) => Convert.FromHexString(string.Concat(File.ReadAllText(file).Where(char.IsAsciiHexDigit)));

    public static void Write(string file, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllLines(file, Convert.ToHexStringLower(bytes).Chunk(128).Select(line => new string(line)));
    }
}
