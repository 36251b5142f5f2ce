using Rivet.Client.Native;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rivet.Client;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Cli.Tests;

public sealed partial class WordsTests
{
    private static readonly string Project = Path.Combine(Fixtures.RepositoryRoot(), "src", "apps", "Rivet.Cli");

    [Fact]
    public void Texts_BothLanguages_HaveTheSameKeysAndPlaceholders()
    {
        var english = Read("Words.resx");
        var chinese = Read("Words.zh-CN.resx");
        Assert.Equal(english.Keys.Order(), chinese.Keys.Order());
        Assert.All(english, text => Assert.Equal(Placeholders(text.Value), Placeholders(chinese[text.Key])));
        Assert.All(english.Concat(chinese), text => Assert.False(string.IsNullOrWhiteSpace(text.Value), text.Key));
    }

    [Fact]
    public void Texts_EveryKeyInTheCode_Exists()
    {
        var known = Read("Words.resx").Keys.ToHashSet();
        var used = Directory.GetFiles(Project, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => UsedKey().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value);
        Assert.All(used, key => Assert.Contains(key, known));
    }

    [Fact]
    public void Texts_EveryCodeRolePhaseAndState_HasAWord()
    {
        var known = Read("Words.resx").Keys.ToHashSet();
        Assert.All(Enum.GetValues<RefusalCode>().Where(code => code is not RefusalCode.RefusalNone), code => Assert.Contains($"refusal.code.{code}", known));
        Assert.All(Enum.GetValues<Role>(), role => Assert.Contains($"role.{role}", known));
        Assert.All(Enum.GetValues<PersonState>(), state => Assert.Contains($"state.{state}", known));
        Assert.All(Enum.GetValues<LinkPhase>(), phase => Assert.Contains($"phase.{phase}", known));
        Assert.All(Enum.GetValues<Container.ContainerRefusal>(), refusal => Assert.Contains($"refusal.{ContainerReasons.Key(refusal)}", known));
    }

    [Fact]
    public void Say_UnknownReason_FallsBackToTheCodeAndNeutralises()
    {
        var said = Words.English.Say(new ClientRefusal("odd.\u001b[2Jreason") { Code = RefusalCode.Denied, Incident = "i\u0007" });
        Assert.Contains("odd.␛[2Jreason", said, StringComparison.Ordinal);
        Assert.DoesNotContain(said, char.IsControl);
    }

    [Theory]
    [InlineData(null, "zh_CN.UTF-8", "zh-CN")]
    [InlineData(null, "de_DE.UTF-8", "en")]
    [InlineData("en", "zh_CN.UTF-8", "en")]
    [InlineData("zh-CN", null, "zh-CN")]
    [InlineData(null, null, "en")]
    public void For_OptionThenEnvironment_Decides(string? option, string? lang, string expected)
        => Assert.Equal(expected, Words.For(option, name => name == "LANG" ? lang : null).Culture.Name);

    private static Dictionary<string, string> Read(string file)
        => XDocument.Load(Path.Combine(Project, "Resources", file)).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    private static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(match => match.Value).Distinct().Order();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"[wW]ords\[""([^""]+)""")]
    private static partial Regex UsedKey();
}
