using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Rivet.Release;

/// <summary>
/// A version: <c>1.2.3</c> or <c>1.2.3-rc.1</c> (Semantic Versioning 2.0, without build metadata). It goes into file names,
/// a control file and the command line of a build, so nothing else passes <see cref="TryParse"/>.
/// </summary>
internal sealed partial record ReleaseVersion
{
    private ReleaseVersion(string text) => Text = text;

    public string Text { get; }

    /// <summary>As Debian orders it: <c>1.2.3~rc.1</c> comes before <c>1.2.3</c> (deb-version(7)). No hyphen is left, which would begin a Debian revision.</summary>
    public string Debian => Text.IndexOf('-', StringComparison.Ordinal) is > 0 and var at
        ? $"{Text[..at]}~{Text[(at + 1)..].Replace('-', '.')}"
        : Text;

    public static bool TryParse(string? text, [NotNullWhen(true)] out ReleaseVersion? version)
    {
        version = text is { Length: <= 64 } && Shape().IsMatch(text) ? new ReleaseVersion(text) : null;
        return version is not null;
    }

    public override string ToString() => Text;

    [GeneratedRegex(@"\A(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}(-[0-9a-z]+([.-][0-9a-z]+)*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
