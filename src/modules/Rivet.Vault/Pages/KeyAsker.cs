using Rivet.Hosting.Pages;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault.Pages;

/// <summary>What the page and its dialogs ask of the desk; every question asks the policy first. A refusal is the name of its text.</summary>
internal sealed class KeyAsker(IPageAsker asker, KeyDesk desk)
{
    /// <summary>Who may not look, sees the usual page for that.</summary>
    public const string MayNot = "MayNot";

    public async ValueTask<PersonId> MeAsync() => (await asker.ReadSubjectAsync()).Person;

    public ValueTask<Result<CompanyKeyView, string>> ReadAsync() => WithAsync(KeyDesk.Look, permit => desk.ReadAsync(permit, CancellationToken.None));

    public ValueTask<Result<KeyRequest, string>> AskAsync(WantedChange wanted, string reason)
        => WithAsync(KeyDesk.Manage, permit => desk.AskAsync(permit, wanted, reason, CancellationToken.None));

    public ValueTask<Result<CompanyKeyView, string>> ApproveAsync(Guid id) => WithAsync(KeyDesk.Manage, permit => desk.ApproveAsync(permit, id, CancellationToken.None));

    public ValueTask<Result<CompanyKeyView, string>> DeclineAsync(Guid id) => WithAsync(KeyDesk.Manage, permit => desk.DeclineAsync(permit, id, CancellationToken.None));

    public ValueTask<Result<CompanyKeyView, string>> CancelAsync() => WithAsync(KeyDesk.Manage, permit => desk.CancelDestructionAsync(permit, CancellationToken.None));

    public ValueTask<Result<OpenImport, string>> BeginImportAsync() => WithAsync(KeyDesk.Manage, permit => desk.BeginImportAsync(permit, CancellationToken.None));

    private async ValueTask<Result<T, string>> WithAsync<T>(Permission permission, Func<Permit, ValueTask<Result<T, KeyRefusal>>> work)
    {
        try
        {
            return (await asker.AskAsync(permission, resource: null, CancellationToken.None)).Permit is not { } permit ? MayNot
                : (await work(permit)).TryGet(out var done, out var why) ? done
                : $"Refused.{why}";
        }
        catch (LogBehindException)
        {
            return "LogBehind";
        }
        catch (StoreUnavailableException)
        {
            return $"Refused.{KeyRefusal.Unavailable}";
        }
    }
}
