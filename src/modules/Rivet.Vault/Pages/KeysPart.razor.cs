using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Rivet.Hosting.Pages;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;

namespace Rivet.Vault.Pages;

/// <content>Reads again by itself, sooner while data keys are wrapped anew; every look and every change asks for itself.</content>
public sealed partial class KeysPart
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(4);

    private IReadOnlyDictionary<PersonId, string> names = new Dictionary<PersonId, string>();
    private CompanyKeyView? view;
    private KeyRequestView? approving;
    private KeyAction? chosen;
    private PersonId me;
    private uint version;
    private string? problem;
    private string? said;
    private string? asked;
    private string typedName = string.Empty;
    private TimeSpan? backupWindow;
    private bool mayNot;
    private bool busy;
    private bool sawRewrap;

    [Inject]
    private IStringLocalizer<KeyText> Texts { get; set; } = null!;

    [Inject]
    private KeyAsker Asker { get; set; } = null!;

    [Inject]
    private IPageNames Names { get; set; } = null!;

    [Inject]
    private IVisitor Visitor { get; set; } = null!;

    [Inject]
    private IOptions<VaultOptions> Options { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private CompanyStanding? Standing => view!.Standing;

    private IReadOnlyList<KeyRequestView> Open => [.. view!.Requests.Where(one => one.Request.IsOpenAt(view.Now))];

    private IReadOnlyList<KeyRequestView> Decided => [.. view!.Requests.Where(one => !one.Request.IsOpenAt(view.Now))];

    private Custody? Current => view!.Versions.FirstOrDefault(one => one.Version == Standing?.Version)?.Custody;

    private bool IsOutside => Current is Custody.External;

    private string? Service => view!.Versions.FirstOrDefault(one => one.Version == Standing?.Version)?.Service;

    /// <summary>What can be asked for as the key stands; the first is the usual one.</summary>
    private IReadOnlyList<KeyAction> Offered => Standing?.State switch
    {
        CompanyState.Active => [.. Active()],
        CompanyState.Disabled => [KeyAction.Enable, KeyAction.Destroy],
        _ => [],
    };

    private Badge StateBadge => Standing switch
    {
        { State: CompanyState.Active, WithheldMs: null } => Badge.Passing,
        { State: CompanyState.Disabled } => Badge.Attention,
        _ => Badge.Failing,
    };

    private string StateWord => Standing is { State: CompanyState.Active, WithheldMs: not null } ? "State.Withheld" : $"State.{Standing!.State}";

    private string RootKey => view!.Root is RootKind.File or null ? "RootFile" : view.RootIsHardware ? "RootHardware" : "RootModule";

    private string KeyName => Standing!.KeyId.ToString("N")[^8..];

    private string BackupLine => backupWindow is { } window ? Texts["BackupWindow", window.TotalDays] : Texts["BackupNone"];

    private string KillSwitch
    {
        get
        {
            var (every, within, silent) = (Options.Value.KeyServiceAskedEvery, Options.Value.KeyServiceAnswersWithin, Options.Value.KeyServiceMayBeSilentFor);
            return Texts["KillSwitchLine", every.TotalSeconds, within.TotalMilliseconds, (every + within).TotalSeconds, silent.TotalSeconds];
        }
    }

    private string Share => string.Create(CultureInfo.InvariantCulture, $"{100d * (view!.Keys - view.ToRewrap) / Math.Max(1, view.Keys):0.#}%");

    private IReadOnlyList<uint> Choices => chosen switch
    {
        KeyAction.RaiseMinimum => [.. Higher()],
        KeyAction.DestroyVersions => [.. Older()],
        _ => [],
    };

    private string? ChoiceLabel => chosen is { } action && Choices.Count > 0 ? Texts[$"Choice.{action}"].Value : null;

    private static string LogOf(string application)
    {
        // What applications do through their interface is recorded there, under kinds of its own.
        string[] kinds = application.StartsWith("transit", StringComparison.Ordinal)
            ? [VaultEvents.KeyDestroyed.Name, "transit.key.created", "transit.key.rotated", "transit.key.deleted", "transit.used"]
            : [VaultEvents.KeyDestroyed.Name];
        return Log($"{string.Join(' ', kinds.Select(kind => $"kind:{kind}"))} {application}");
    }

    private string LogOfKey => Log($"target:company-key/{Standing!.KeyId:N}");

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            me = await Asker.MeAsync();
            await RefreshAsync();
            Follow(FollowAsync);
        }
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            await Task.Delay(view is { ToRewrap: > 0 } ? Soon : Later, Time, Leaving);
            await RefreshAsync();
        }
    }

    private async Task RefreshAsync()
    {
        if (busy)
        {
            return;
        }

        if (await TakeAsync(await Asker.ReadAsync()) && said == "Asked" && Open.Count == 0)
        {
            // It was decided meanwhile.
            said = null;
        }

        StateHasChanged();
    }

    private async Task<bool> TakeAsync(Result<CompanyKeyView, string> answer)
    {
        if (!answer.TryGet(out var seen, out problem))
        {
            mayNot = problem == KeyAsker.MayNot;
            return false;
        }

        // A few keys are wrapped anew between two looks.
        sawRewrap |= seen.ToRewrap > 0 || (view?.Standing?.Version is { } before && seen.Standing?.Version > before);
        (view, mayNot, backupWindow) = (seen, false, Options.Value.BackupWindow?.Invoke());
        try
        {
            var people = seen.Requests.SelectMany(one => new[] { one.Request.AskedBy, one.Request.DecidedBy }).Where(person => person != default).Distinct().ToArray();
            names = await Names.ReadAsync(people, Leaving);
        }
        catch (StoreUnavailableException)
        {
            // The key matters more than how people are called: their identifiers are shown until the next look.
        }

        return true;
    }

    private async Task Begin(KeyAction action)
    {
        (chosen, approving, asked, said) = (action, null, null, null);
        version = Choices.LastOrDefault();
        await ReadNameAsync();
    }

    private async Task Approve(KeyRequestView one)
    {
        (approving, chosen, asked, said) = (one, null, null, null);
        await ReadNameAsync();
    }

    /// <summary>What is typed for a grave change: the company's name, or the key's where names cannot be read.</summary>
    private async Task ReadNameAsync() => typedName = (await Visitor.ReadCardAsync(Leaving))?.Company is { Length: > 0 } company ? company : KeyName;

    private void Close() => (chosen, approving, asked) = (null, null, null);

    private async Task AskAsync(string reason)
    {
        var wanted = new WantedChange(chosen!.Value) { Version = version };
        busy = true;
        var answer = await Asker.AskAsync(wanted, reason);
        busy = false;
        if (answer.TryGet(out _, out asked))
        {
            await AskedAsync();
        }
    }

    private async Task AskedAsync()
    {
        Close();
        await RefreshAsync();
        said = "Asked";
        await Saved.InvokeAsync();
    }

    private async Task ApproveAsync()
    {
        var id = approving!.Request.Id;
        busy = true;
        var answer = await Asker.ApproveAsync(id);
        busy = false;
        if (answer.TryGet(out _, out asked))
        {
            Close();
            await TakeAsync(answer);
            said = "Approved";
        }
    }

    private Task DeclineAsync(Guid id) => WorkAsync(() => Asker.DeclineAsync(id), "Declined");

    private Task CancelAsync() => WorkAsync(Asker.CancelAsync, "Cancelled");

    private async Task WorkAsync(Func<ValueTask<Result<CompanyKeyView, string>>> work, string done)
    {
        (busy, said) = (true, null);
        var answer = await work();
        busy = false;
        said = await TakeAsync(answer) ? done : null;
    }

    private IEnumerable<KeyAction> Active()
    {
        yield return Current is Custody.Imported ? KeyAction.UseImported : KeyAction.Rotate;
        if (Current is not Custody.Vault)
        {
            yield return KeyAction.UseVault;
        }

        yield return KeyAction.UseKeyService;
        if (Current is not Custody.Imported)
        {
            yield return KeyAction.UseImported;
        }

        if (Higher().Any())
        {
            yield return KeyAction.RaiseMinimum;
        }

        if (Older().Any())
        {
            yield return KeyAction.DestroyVersions;
        }

        yield return KeyAction.Disable;
        yield return KeyAction.Destroy;
    }

    private IEnumerable<uint> Higher() => view!.Versions.Select(one => one.Version).Where(number => number > Math.Max(1, Standing!.Minimum) && number <= Standing.Version);

    private IEnumerable<uint> Older() => view!.Versions.Where(one => one.IsLiving && one.Version < Standing!.Version).Select(one => one.Version);

    private static bool IsGrave(KeyAction? action) => action is KeyAction.Disable or KeyAction.Destroy;

    private bool IsAsked(KeyAction action) => Open.Any(one => one.Request.Action == action);

    private bool Mine(KeyRequestView one) => one.Request.AskedBy == me;

    /// <summary>What will happen, a sentence each.</summary>
    private IReadOnlyList<string> Consequences(KeyAction? action, uint number) => action switch
    {
        null => [],
        KeyAction.Rotate or KeyAction.UseVault or KeyAction.UseImported => [Texts[$"Will.{action}"], Texts["Will.Rewrap", view!.Keys]],
        KeyAction.UseKeyService => [Texts["Will.UseKeyService"], KillSwitch],
        KeyAction.Disable => [Texts["Will.Disable", view!.Keys], Texts["Will.DisableBack"]],
        KeyAction.Destroy => [Texts["Will.DestroyNow"], Texts["Will.DestroyThen", Options.Value.DestructionWaits.TotalDays, Moment(view!.Now + Options.Value.DestructionWaits), view.Keys], Texts["Will.DestroyCancel"], BackupLine],
        KeyAction.DestroyVersions => [Texts["Will.DestroyVersions", number], Texts["Will.DestroyVersionsBound"], BackupLine],
        { } other => [Texts[$"Will.{other}", number]],
    };

    /// <summary>Whoever approves sees whose key service it is before what will happen.</summary>
    private IReadOnlyList<string> Approved => approving is not { } one ? []
        : [.. one.Service is { } where ? [Texts["AskedService", where].Value] : Array.Empty<string>(), .. Consequences(one.Request.Action, one.Request.Version)];

    private string ActionOf(KeyRequest request) => Texts[$"Action.{request.Action}", request.Version];

    private string Outcome(KeyRequest request) => request switch
    {
        { State: KeyRequestState.Approved, DecidedAt: { } at } => Texts["OutcomeApproved", NameOf(request.AskedBy), NameOf(request.DecidedBy), Moment(at)],
        { State: KeyRequestState.Declined, DecidedAt: { } at } when request.DecidedBy == request.AskedBy => Texts["OutcomeWithdrawn", NameOf(request.AskedBy), Moment(at)],
        { State: KeyRequestState.Declined, DecidedAt: { } at } => Texts["OutcomeDeclined", NameOf(request.AskedBy), NameOf(request.DecidedBy), Moment(at)],
        _ => Texts["OutcomeExpired", NameOf(request.AskedBy), Moment(request.AskedAt + KeyRequest.Lasts)],
    };

    private string VersionState(KeyVersionView one) => one switch
    {
        { IsLiving: false, Destroyed: { } at } => Texts["StateDestroyed", Moment(at)],
        _ when one.Version == Standing!.Version => Texts["StateWraps"],
        _ when one.Version < Standing!.Minimum => Texts["StateRefused"],
        { Keys: > 0 } => Texts["StateToRewrap"],
        _ => Texts["StateUnused"],
    };

    private string CustodyOf(uint number) => view!.Versions.FirstOrDefault(one => one.Version == number) is { } found ? Texts[$"CustodyLine.{found.Custody}"] : string.Empty;

    /// <summary>Names may be unreadable while the key is withheld: then the end of the identifier, as the command line shows it.</summary>
    private string NameOf(PersonId person) => names.TryGetValue(person, out var name) ? name : Texts["Unnamed", person.ToString()[^6..]];

    private string Moment(DateTimeOffset at) => at.UtcDateTime.ToString(Texts["MomentFormat"], CultureInfo.CurrentUICulture);

    private string Moment(long ms) => Moment(DateTimeOffset.FromUnixTimeMilliseconds(ms));

    private static string Number(long number) => number.ToString("N0", CultureInfo.CurrentCulture);

    private static string Log(string query) => $"/log?q={Uri.EscapeDataString(query)}";
}
