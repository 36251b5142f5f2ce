using System.CommandLine;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>How a verifier says what they know already; the same for a log and for a receipt.</summary>
internal sealed class KnowledgeOptions
{
    private readonly Option<string?> key = new("--key") { Description = Words.Of("option.key"), HelpName = "LINE|FILE" };
    private readonly Option<string[]> witness = new("--witness") { Description = Words.Of("option.witness"), HelpName = "LINE|FILE", DefaultValueFactory = _ => [] };
    private readonly Option<string?> statements = new("--statements") { Description = Words.Of("option.statements"), HelpName = "FILE" };
    private readonly Option<string?> remember = new("--remember") { Description = Words.Of("option.remember"), HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Options.Add(key);
        command.Options.Add(statements);
        command.Options.Add(witness);
        command.Options.Add(remember);
    }

    /// <exception cref="VerifyException">Something given is not what it should be.</exception>
    public Knowledge Of(ParseResult parsed) => new()
    {
        Key = parsed.GetValue(key) is { } given ? KeyLine.Of(given, NoteKeyKind.Ed25519) : null,
        Statements = parsed.GetValue(statements) is { } said ? KeyLine.StatementsOf(said) : [],
        Witnesses = [.. parsed.GetValue(witness)!.Select(line => KeyLine.Of(line, NoteKeyKind.Cosignature)).Distinct()],
        Remembered = parsed.GetValue(remember) is { } file ? RememberedLogs.Open(file) : null,
    };
}
