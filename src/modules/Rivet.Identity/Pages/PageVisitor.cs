using Microsoft.AspNetCore.Components.Authorization;
using Rivet.Hosting.Pages;
using Rivet.Identity.Companies;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;

namespace Rivet.Identity.Pages;

/// <summary>
/// The person of a request or circuit. From the end of the page session on, every question is answered with no: what
/// the browser still sends into an open circuit does nothing.
/// </summary>
internal sealed class PageVisitor(
    AuthenticationStateProvider authentication, IAccess access, IPageSessions sessions, IStore store, Sealer sealer)
    : IVisitor, IPageAsker, IDisposable
{
    private static readonly Decision Ended = Decision.No("identity.page-ended");
    private volatile bool ended;
    private IDisposable? following;

    public event Action? SessionEnded;

    public async ValueTask<Subject> ReadSubjectAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        return !ended && PagePrincipal.TryGetSubject(state.User, out var subject) ? subject : default;
    }

    public async ValueTask<Decision> AskAsync(Permission permission, Resource? resource, CancellationToken ct)
    {
        var subject = await ReadSubjectAsync();
        return subject.Kind == SubjectKind.None
            ? Ended
            : await access.AskAsync(new Question(subject, permission, resource ?? Resource.Of(subject.Company)), ct);
    }

    public async ValueTask<bool> MayAsync(string permission, CancellationToken ct)
        => (await AskAsync(new Permission(permission), resource: null, ct)).Permit is not null;

    public async ValueTask<VisitorCard?> ReadCardAsync(CancellationToken ct)
    {
        if ((await AskAsync(IdentityPermissions.SelfRead, resource: null, ct)).Permit is not { } permit)
        {
            return null;
        }

        var subject = permit.Subject;
        var (person, company) = await store.ReadAsync(
            session => (PersonTable.Find(session, subject.Company, subject.Person), CompanyTable.FindName(session, subject.Company)), ct);
        if (person is null || company is null)
        {
            return null;
        }

        var opened = await sealer.OpenTextsAsync(
            subject.Company, new[] { person.SealedName, new Sealed(Slot.CompanyName(subject.Company), company) }, ct);
        return opened.TryGet(out var names, out _) ? new VisitorCard(names[0], names[1]) : null;
    }

    /// <summary>Follows the session of an interactive page; one that has ended already ends it at once.</summary>
    public async Task FollowAsync(CancellationToken ct)
    {
        var subject = await ReadSubjectAsync();
        if (subject.Kind == SubjectKind.None)
        {
            End();
            return;
        }

        following = await sessions.FollowAsync(new PageSessionId(subject.Via), End, ct);
        if (following is null)
        {
            End();
        }
    }

    public void Dispose() => following?.Dispose();

    private void End()
    {
        ended = true;
        SessionEnded?.Invoke();
    }
}
