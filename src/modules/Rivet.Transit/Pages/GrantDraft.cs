using Microsoft.AspNetCore.Components;
using Rivet.Transit.Applications;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Pages;

/// <summary>A grant as it is being typed, and what is wrong with it.</summary>
internal sealed class GrantDraft
{
    private const Operation Managing = Operation.Create | Operation.Import | Operation.Rotate | Operation.Config | Operation.Trim | Operation.Delete;

    /// <summary>The operations as they are offered, by what they are for; each group and operation has a text of its name.</summary>
    public static readonly IReadOnlyList<(string Name, IReadOnlyList<string> Operations)> Groups =
    [
        ("use", Applications.Operations.NamesOf(~(Operation.Read | Managing))),
        ("read", Applications.Operations.NamesOf(Operation.Read)),
        ("manage", Applications.Operations.NamesOf(Managing)),
    ];

    public string Pattern { get; set; } = string.Empty;

    public HashSet<string> Operations { get; } = new(StringComparer.Ordinal);

    public ElementReference PatternInput { get; set; }

    public bool IsPatternWrong { get; private set; }

    public bool IsNothingChosen { get; private set; }

    public bool IsWrong => IsPatternWrong || IsNothingChosen;

    public void Judge() => (IsPatternWrong, IsNothingChosen) = (!KeyName.IsPattern(Pattern.Trim()), Operations.Count == 0);

    public void Choose(string operation, bool chosen)
    {
        if (chosen)
        {
            Operations.Add(operation);
        }
        else
        {
            Operations.Remove(operation);
        }
    }

    public TransitGrant ToGrant() => new(Pattern.Trim(), [.. Operations]);
}
