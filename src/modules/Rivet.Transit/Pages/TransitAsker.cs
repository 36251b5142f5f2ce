using Rivet.Hosting.Pages;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Transit.Pages;

/// <summary>What the page asks of the desk; every question asks the policy first, whose no is <see cref="TransitRefusal.WrongPermit"/>.</summary>
internal sealed class TransitAsker(IPageAsker asker, ITransitApplications applications)
{
    public static readonly Permission Manage = new("transit.manage");

    public ValueTask<Result<TransitView, TransitRefusal>> ReadAsync(CancellationToken ct) => WithAsync<TransitView>(
        async permit => !(await applications.ListAsync(permit, ct)).TryGet(out var listed, out var why) ? why
            : (await applications.ListKeysAsync(permit, ct)).TryGet(out var keys, out why) ? new TransitView(listed, keys) : why,
        ct);

    /// <summary>Gives the token.</summary>
    public ValueTask<Result<string, TransitRefusal>> AddAsync(string name, IReadOnlyList<TransitGrant> grants, int days)
        => WithAsync(permit => applications.AddAsync(permit, name, grants, days, CancellationToken.None), CancellationToken.None);

    public ValueTask<Result<Done, TransitRefusal>> RemoveAsync(string name)
        => WithAsync(permit => applications.RemoveAsync(permit, name, CancellationToken.None), CancellationToken.None);

    private async ValueTask<Result<T, TransitRefusal>> WithAsync<T>(Func<Permit, ValueTask<Result<T, TransitRefusal>>> work, CancellationToken ct)
    {
        try
        {
            return (await asker.AskAsync(Manage, resource: null, ct)).Permit is { } permit ? await work(permit) : TransitRefusal.WrongPermit;
        }
        catch (LogBehindException)
        {
            return TransitRefusal.LogBehind;
        }
        catch (StoreUnavailableException)
        {
            return TransitRefusal.Unavailable;
        }
    }
}

/// <summary>What the page shows.</summary>
internal sealed record TransitView(IReadOnlyList<TransitApplication> Applications, IReadOnlyList<TransitKeyFacts> Keys);
