using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Rivet.Hosting.Pages;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;
using Rivet.Wire;

namespace Rivet.Messaging.Pages;

/// <summary>A settings form over the company's policy: reads it, changes it, asks the policy for both at the time of the action.</summary>
public abstract class PolicyPart : SettingsPart
{
    /// <summary>Names the problem among the texts; null when there is none.</summary>
    protected string? Problem { get; set; }

    /// <summary>What holds; null while it is read or when it cannot be.</summary>
    protected ReadMessagePolicyResponse? Held { get; private set; }

    /// <summary>Whether something is being done.</summary>
    protected bool Busy { get; private set; }

    /// <summary>Whether the last thing done was a save that succeeded.</summary>
    protected bool IsSaved { get; set; }

    [Inject]
    private protected IStringLocalizer<MessagingText> Texts { get; set; } = null!;

    [Inject]
    private IPageAsker Asker { get; set; } = null!;

    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    private PolicyEndpoints Policy => (PolicyEndpoints)Services.GetService(typeof(PolicyEndpoints))!;

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive && await ReadAsync(new ReadMessagePolicyRequest()) is { } held)
        {
            Held = held;
            Show(held.Policy);
        }
    }

    /// <summary>Puts what holds into the form.</summary>
    private protected abstract void Show(MessagePolicy policy);

    private protected Task<ReadMessagePolicyResponse?> ReadAsync(ReadMessagePolicyRequest request)
        => WorkAsync(permit => Policy.ReadAsync(permit, request, CancellationToken.None));

    /// <summary>Changes; the form shows what holds then.</summary>
    private protected async Task ChangeAsync(ChangeMessagePolicyRequest request)
    {
        IsSaved = false;
        if (await WorkAsync(permit => Policy.ChangeAsync(permit, request, CancellationToken.None)) is { } changed)
        {
            Held!.Policy = changed.Policy;
            Show(changed.Policy);
            IsSaved = true;
            await Saved.InvokeAsync();
        }
    }

    private async Task<T?> WorkAsync<T>(Func<Permit, ValueTask<Result<T, Refusal>>> work)
        where T : class
    {
        (Busy, Problem) = (true, null);
        try
        {
            if ((await Asker.AskAsync(Permissions.Policy, resource: null, CancellationToken.None)).Permit is not { } permit)
            {
                Problem = "MayNotAction";
                return null;
            }

            if ((await work(permit)).TryGet(out var done, out var refusal))
            {
                return done;
            }

            Problem = refusal.Reason == "messaging.policy-bounds" ? "OutOfBounds" : "ActionFailed";
        }
        catch (LogBehindException)
        {
            Problem = "LogBehind";
        }
        catch (StoreUnavailableException)
        {
            Problem = "ActionFailed";
        }
        finally
        {
            Busy = false;
        }

        return null;
    }
}
