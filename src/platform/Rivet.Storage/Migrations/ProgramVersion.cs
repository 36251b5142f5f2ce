using System.Reflection;

namespace Rivet.Storage;

/// <summary>A version of Rivet. A candidate counts as the version that it is one for.</summary>
internal sealed record ProgramVersion(Version Number, string Text)
{
    /// <summary>What this program is.</summary>
    public static ProgramVersion Current { get; } = Parse(
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);

    /// <summary>The oldest version whose stores this program upgrades in one step. It rises when old scripts are given up.</summary>
    public static ProgramVersion OldestUpgraded { get; } = Parse("0.1.0");

    /// <summary>The versions that recorded no version were all this one.</summary>
    public static ProgramVersion First { get; } = Parse("0.1.0");

    /// <summary>Text that is no version counts as older than any.</summary>
    public static ProgramVersion Parse(string text) => new(Version.TryParse(text.Split('-')[0], out var number) ? number : new Version(0, 0), text);

    public override string ToString() => Text;
}
