namespace Rivet.Kernel;

/// <summary>
/// Answers the access question. Denies by default: an unknown permission, a stranger, another company's resource
/// and a failing policy are all refused.
/// </summary>
public interface IAccess
{
    /// <summary>Decides; completes synchronously while the facts are in memory.</summary>
    /// <remarks>Fails closed: a store that cannot be read gives a refusal, not an exception.</remarks>
    ValueTask<Decision> AskAsync(Question question, CancellationToken ct);
}

/// <summary>The answer: a <see cref="Permit"/>, or the reason there is none.</summary>
public readonly struct Decision
{
    private readonly Permit? permit;
    private readonly string? reason;

    private Decision(Permit? permit, string? reason)
    {
        this.permit = permit;
        this.reason = reason;
    }

    /// <summary>The proof that the policy said yes; null when it said no. <c>default</c> says no.</summary>
    public Permit? Permit => permit;

    /// <summary>A stable key such as <c>access.not-a-member</c>; empty when permitted.</summary>
    public string Reason => permit is null ? reason ?? "access.denied" : string.Empty;

    /// <summary>Says yes.</summary>
    internal static Decision Yes(Permit permit) => new(permit, null);

    /// <summary>Says no.</summary>
    /// <param name="reason">A stable key, shown to the asker and recorded.</param>
    public static Decision No(string reason) => new(null, reason);
}

/// <summary>
/// Proof that the policy permitted one question. Powers take it as a parameter, and only the policy can make one,
/// so code that forgot to ask does not compile. Use it at once: it says what was allowed then, not later.
/// </summary>
public sealed class Permit
{
    internal Permit(Question question) => Question = question;

    /// <summary>What was permitted.</summary>
    public Question Question { get; }

    /// <summary>Who was permitted.</summary>
    public Subject Subject => Question.Subject;

    /// <summary>The company in which it was permitted.</summary>
    public CompanyId Company => Question.Resource.Company;
}
