using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Access;

/// <summary>Answers the question from <see cref="RoleModel"/> and the relations; remembers standings in memory.</summary>
internal sealed class AccessPolicy(StandingCache cache, IStore store, ILogger<AccessPolicy> log) : IAccess
{
    public ValueTask<Decision> AskAsync(Question question, CancellationToken ct)
    {
        if (RoleModel.Find(question.Permission, question.Resource.Kind) is not { } rule)
        {
            return new(Decision.No(Reasons.UnknownPermission));
        }

        if (question.Subject.Company != question.Resource.Company || IsOtherCompany(question.Resource))
        {
            return new(Decision.No(Reasons.OtherCompany));
        }

        if (question.Subject.Kind == SubjectKind.System)
        {
            return new(rule.System ? Decision.Yes(new Permit(question)) : Decision.No(Reasons.Role));
        }

        if (!IsPerson(question.Subject))
        {
            return new(Decision.No(Reasons.NotAMember));
        }

        return cache.TryGet(CompanyKey(question), out var role) && cache.TryGet(ResourceKey(question), out var relation)
            ? new(Decide(question, rule, role, relation))
            : AskStoreAsync(question, rule, ct);
    }

    private async ValueTask<Decision> AskStoreAsync(Question question, Rule rule, CancellationToken ct)
    {
        try
        {
            var role = await StandingAsync(CompanyKey(question), ct);
            var relation = await StandingAsync(ResourceKey(question), ct);
            return Decide(question, rule, role, relation);
        }
        catch (StoreUnavailableException exception)
        {
            Log.Unavailable(log, exception);
            return Decision.No(Reasons.Unavailable);
        }
    }

    private static Decision Decide(Question question, Rule rule, Standing role, Standing relation)
    {
        if ((role & RoleModel.Everyone) == 0)
        {
            return Decision.No(Reasons.NotAMember);
        }

        var requirement = rule.Requirement;
        var (permitted, otherwise) = requirement.Form switch
        {
            RequirementForm.Role => ((role & requirement.Any) != 0, Reasons.Role),
            RequirementForm.Related => ((relation & requirement.Any) != 0, Reasons.NotAMember),
            RequirementForm.Oneself => (IsOneself(question, relation) || (role & requirement.Any) != 0, Reasons.Role),
            _ => (false, Reasons.Role),
        };
        return permitted ? Decision.Yes(new Permit(question)) : Decision.No(otherwise);
    }

    /// <summary>The stamp is taken before the read, so that what a commit made stale meanwhile is not remembered.</summary>
    private async ValueTask<Standing> StandingAsync(StandingKey key, CancellationToken ct)
    {
        if (cache.TryGet(key, out var known))
        {
            return known;
        }

        var stamp = cache.Stamp;
        var standing = await store.ReadAsync(session => RelationStore.Find(session, key), ct);
        cache.Remember(key, standing, stamp);
        return standing;
    }

    private static bool IsPerson(Subject subject)
        => subject.Kind is SubjectKind.Device or SubjectKind.Page
            && subject.Person.Value != Guid.Empty
            && subject.Company.Value != Guid.Empty;

    private static bool IsOtherCompany(Resource resource)
        => resource.Kind == ResourceKinds.Company && resource.Id != resource.Company.Value;

    private static bool IsOneself(Question question, Standing relation) => question.Resource.Kind switch
    {
        ResourceKinds.Person => question.Resource.Id == question.Subject.Person.Value,
        ResourceKinds.Device => (relation & Standing.Owner) != 0
            || (question.Subject.Kind == SubjectKind.Device && question.Resource.Id == question.Subject.Via && question.Resource.Id != Guid.Empty),
        _ => false,
    };

    private static StandingKey CompanyKey(Question question) => new(question.Subject.Person, Resource.Of(question.Subject.Company));

    private static StandingKey ResourceKey(Question question) => new(question.Subject.Person, question.Resource);
}
