using System.CommandLine;

namespace Rivet.Cli;

/// <summary>Options every command has.</summary>
internal sealed class Options(Words words)
{
    public Words Words => words;

    public Option<string?> Home { get; } = new("--home") { Description = words["option.home"], Recursive = true, HelpName = "DIR" };

    public Option<string?> Language { get; } = new("--language") { Description = words["option.language"], Recursive = true, HelpName = "en|zh-CN" };

    public Option<string?> PassphraseFile { get; } = new("--passphrase-file") { Description = words["option.passphrase-file"], Recursive = true, HelpName = "FILE" };

    public Option<bool> Json { get; } = new("--json") { Description = words["option.json"], Recursive = true };
}
