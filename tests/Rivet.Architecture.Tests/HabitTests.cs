using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Rivet.Architecture.Tests;

/// <summary>Habits a reader may rely on anywhere in the repository.</summary>
public sealed partial class HabitTests
{
    private static readonly string[] ModuleHeadings = ["## Guarantees", "## Threats", "## Tables", "## Events", "## Limits"];

    public static TheoryData<string> Modules =>
        [.. Repository.Projects.Values.Where(project => project.Kind == "modules").Select(project => project.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Modules))]
    public void Module_Readme_FollowsTheTemplate(string module)
    {
        var readme = Path.Combine(Repository.Projects[module].Folder, "README.md");

        Assert.True(File.Exists(readme), $"{module} has no README.md; begin with docs/module-readme-template.md.");
        var text = File.ReadAllText(readme);
        Assert.All(ModuleHeadings, heading => Assert.Contains(heading, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Texts_InBothLanguages_HaveTheSameKeysAndPlaceholders()
    {
        var english = Repository.TrackedFiles.Where(file => file.EndsWith(".resx", StringComparison.Ordinal) && !file.EndsWith(".zh-CN.resx", StringComparison.Ordinal)).ToList();
        var wrong = new List<string>();
        foreach (var file in english)
        {
            var chinese = file[..^".resx".Length] + ".zh-CN.resx";
            if (!Repository.TrackedFiles.Contains(chinese))
            {
                wrong.Add($"{chinese} is missing");
                continue;
            }

            var (left, right) = (ReadTexts(file), ReadTexts(chinese));
            wrong.AddRange(left.Keys.Except(right.Keys).Select(key => $"{chinese} lacks {key}"));
            wrong.AddRange(right.Keys.Except(left.Keys).Select(key => $"{file} lacks {key}"));
            wrong.AddRange(left.Keys.Intersect(right.Keys).Where(key => !Placeholders(left[key]).SetEquals(Placeholders(right[key]))).Select(key => $"{chinese}: {key} has other placeholders"));
            wrong.AddRange(right.Where(text => string.IsNullOrWhiteSpace(text.Value)).Select(text => $"{chinese}: {text.Key} is empty"));
        }

        Assert.NotEmpty(english);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Sources_OfTheProduct_TakeTheTimeFromTheirTimeProvider()
        => Assert.Empty(SourcesContaining("DateTime.UtcNow", "DateTime.Now", "DateTimeOffset.UtcNow", "DateTimeOffset.Now", "Thread.Sleep("));

    [Fact]
    public void Sources_OfTheProduct_CatchNothingSilently()
    {
        var silent = from file in ProductSources
                     where SilentCatch().IsMatch(Repository.Read(file))
                     select file;

        Assert.Empty(silent);
    }

    [Fact]
    public void Files_OfTheRepository_NameNoMachine()
    {
        // The words are put together here so that this file does not name them itself.
        string[] words = ["/" + "work/", "/" + "root/", "Co-Authored" + "-By"];
        var naming = from file in Repository.TrackedFiles
                     where IsText(file)
                     let text = Repository.Read(file)
                     from word in words
                     where text.Contains(word, StringComparison.Ordinal)
                     select $"{file}: {word}";

        Assert.Empty(naming);
    }

    [Fact]
    public void PackageSources_OfTheRepository_AreNamedOnceOnly()
    {
        var host = "api.nuget" + ".org";
        var naming = Repository.TrackedFiles.Where(file => file != "nuget.config" && IsText(file) && Repository.Read(file).Contains(host, StringComparison.Ordinal));

        Assert.Empty(naming);
        Assert.Single(Regex.Matches(Repository.Read("nuget.config"), "<add "));
    }

    [Fact]
    public void Programs_OfTheProduct_ComposeInFewLines()
    {
        var lines = Repository.Read("src/apps/Rivet.Server/Program.cs").Split('\n').Length;

        Assert.InRange(lines, 1, 60);
    }

    [Fact]
    public void Files_OfTheRepository_HoldNoPrivateKey()
    {
        var marker = "-----BEGIN " + "PRIVATE KEY";
        var holding = Repository.TrackedFiles.Where(file => !file.StartsWith("samples/", StringComparison.Ordinal) && IsText(file)
            && Repository.Read(file).Contains(marker, StringComparison.Ordinal));

        Assert.Empty(holding);
    }

    private static IEnumerable<string> ProductSources
        => Repository.TrackedFiles.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<string> SourcesContaining(params string[] words)
        => from file in ProductSources
           let text = Repository.Read(file)
           from word in words
           where text.Contains(word, StringComparison.Ordinal)
           select $"{file}: {word}";

    private static Dictionary<string, string> ReadTexts(string file)
        => XDocument.Parse(Repository.Read(file)).Root!.Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(match => match.Value)];

    private static bool IsText(string file)
        => Path.GetExtension(file) is ".cs" or ".md" or ".txt" or ".csproj" or ".props" or ".sql" or ".proto" or ".razor" or ".css" or ".js" or ".json" or ".resx" or ".yml" or ""
            && !file.EndsWith("packages.lock.json", StringComparison.Ordinal);

    [GeneratedRegex(@"\{[0-9A-Za-z_]+[^}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"catch(\s*\((Exception)( \w+)?\))?\s*\{\s*\}")]
    private static partial Regex SilentCatch();
}
