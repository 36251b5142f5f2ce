using Rivet.Kernel;

namespace Rivet.Hosting.Pages;

/// <summary>
/// The person of a page, for the parts of pages that act. From the end of the page session on, every question is answered with no:
/// ask at the time of the action, never when its button is drawn. Scoped to the request or circuit.
/// </summary>
public interface IPageAsker
{
    /// <summary>Who looks at the page; <see cref="SubjectKind.None"/> when nobody is signed in.</summary>
    ValueTask<Subject> ReadSubjectAsync();

    /// <summary>Asks whether the person may do this to their company, or to a resource of it.</summary>
    ValueTask<Decision> AskAsync(Permission permission, Resource? resource, CancellationToken ct);
}
