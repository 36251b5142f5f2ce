using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Rivet.Transit.Status;
using Rivet.UiKit;

namespace Rivet.Transit.Pages;

/// <content>Reads again by itself; every look and every change asks for itself.</content>
public sealed partial class TransitPart
{
    private const int GrantsShown = 3;
    private const int FirstKeys = 50;
    private const int MoreKeys = 200;

    /// <summary>Of many keys: an open page reads a twentieth of the time at most.</summary>
    private const int ShareOfTime = 20;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(4);

    private TransitView? view;
    private TransitRefusal? problem;
    private IReadOnlyList<TransitKeyFacts> found = [];
    private int shown = FirstKeys;
    private string words = string.Empty;
    private string leaving = string.Empty;
    private string? said;
    private bool saidBadly;
    private bool adding;
    private bool removing;
    private bool busy;
    private int looks;

    [Inject]
    private IStringLocalizer<ApplicationText> Texts { get; set; } = null!;

    [Inject]
    private IStringLocalizer<UiText> House { get; set; } = null!;

    [Inject]
    private TransitAsker Asker { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string CountOfKeys => found.Count < view!.Keys.Count ? Texts["KeysFound", found.Count, view.Keys.Count] : view.Keys.Count == 1 ? Texts["KeysOne"] : Texts["KeysCount", view.Keys.Count];

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            await RefreshAsync();
            Follow(FollowAsync);
        }
    }

    private async Task FollowAsync()
    {
        var wait = Beat;
        while (true)
        {
            await Task.Delay(wait, Time, Leaving);
            var began = Time.GetTimestamp();
            await RefreshAsync();
            StateHasChanged();
            var took = Time.GetElapsedTime(began);
            wait = took * ShareOfTime > Beat ? took * ShareOfTime : Beat;
        }
    }

    private async Task RefreshAsync()
    {
        var look = ++looks;
        var answer = await Asker.ReadAsync(Leaving);
        if (look != looks)
        {
            // A later look knows better: of this one's answer nothing is shown.
            return;
        }

        if (answer.TryGet(out var seen, out var why))
        {
            (view, problem) = (seen, null);
            Select();
        }
        else
        {
            // What was seen before stays, unless it may not be seen any more.
            (view, problem) = (why is TransitRefusal.WrongPermit ? null : view, why);
        }
    }

    private void Find()
    {
        shown = FirstKeys;
        Select();
    }

    private void Select()
    {
        var wanted = words.Trim();
        found = wanted.Length == 0 ? view!.Keys
            : [.. view!.Keys.Where(key => new[] { key.Name, key.Type, key.Owner }.Any(text => text.Contains(wanted, StringComparison.OrdinalIgnoreCase)))];
    }

    private void OpenAdd() => (adding, said) = (true, null);

    private async Task AddedAsync()
    {
        await RefreshAsync();
        await Saved.InvokeAsync();
    }

    private void AskRemove(string name) => (removing, leaving, said) = (true, name, null);

    private async Task RemoveAsync()
    {
        busy = true;
        var answer = await Asker.RemoveAsync(leaving);
        busy = false;
        (said, saidBadly) = answer.TryGet(out _, out var why) ? (Texts["Removed", leaving].Value, false) : (Texts[$"Refused.{why}"].Value, true);
        await RefreshAsync();
        await Saved.InvokeAsync();
    }

    private string Named(TransitGrant grant) => string.Join(Texts["Separator"], grant.Operations.Select(operation => Texts[$"Op.{operation}"].Value));

    private (Badge Kind, string Word)? DueOf(TransitApplication application) => (application.ExpiresAt - Time.GetUtcNow()) switch
    {
        { Ticks: <= 0 } => (Badge.Failing, Texts["RunOut"].Value),
        { TotalDays: <= 1 } => (Badge.Attention, Texts["RunsOutDay"].Value),
        var left when left <= TransitStatus.Soon => (Badge.Attention, Texts["RunsOutDays", (int)Math.Ceiling(left.TotalDays)].Value),
        _ => null,
    };
}
