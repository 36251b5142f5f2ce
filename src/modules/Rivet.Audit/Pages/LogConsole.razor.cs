using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;
using Rivet.Audit.Pages.Charts;
using Rivet.Audit.SavedQueries;
using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>What happened in the company, newest first; follows what happens while it is open.</summary>
public sealed partial class LogConsole
{
    private const int PageSize = 100;
    private const int MostShown = 2000;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    private readonly List<EntryRow> held = [];
    private LogQuery query = new();
    private List<EntryRow>? rows;
    private IReadOnlyList<FacetGroup> groups = [];
    private IReadOnlyList<SavedQuery> saved = [];
    private Recounting recounting = null!;
    private Task counting = Task.CompletedTask;
    private TimeChart? chart;
    private AuditCounts? counts;
    private DateTimeOffset? countedSince;
    private Func<PersonId, string> nameOf = person => person.ToString();
    private AuditFound? found;
    private LogStanding? standing;
    private AuditRefusal? problem;
    private ElementReference frame;
    private string? problemId;
    private string? shownQuery;
    private string? savedProblem;
    private string typed = string.Empty;
    private string saveName = string.Empty;
    private long? next;
    private long looked;
    private long top;
    private int load;
    private bool live = true;
    private bool busy;
    private bool isBehind;
    private bool hasNoCounts;

    /// <summary>The query, as typed.</summary>
    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<LogConsole> Logger { get; set; } = null!;

    private LogReader Reader => (LogReader)Services.GetService(typeof(LogReader))!;

    private bool CanFollow => query.ReachesNow(Time.GetUtcNow());

    private bool IsLive => live && CanFollow;

    private string Said => rows is null ? Texts["Looking"]
        : counts is { } all && countedSince is null ? Texts["SaidOf", rows.Count, Math.Max(all.Total, rows.Count)]
        : next is null ? Texts["SaidAll", rows.Count]
        : Texts["Said", rows.Count, looked, found!.Size];

    /// <inheritdoc/>
    protected override async ValueTask LeaveAsync() => await counting;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        recounting = new Recounting(Time, CountAsync);
        if (RendererInfo.IsInteractive)
        {
            Follow(FollowAsync);
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        query = LogQuery.Parse(Q);
        if (RendererInfo.IsInteractive && query.ToString() != shownQuery)
        {
            typed = shownQuery = query.ToString();
            await LoadAsync();
        }
    }

    private async Task LoadAsync()
    {
        var mine = ++load;
        (rows, next, problem, isBehind, savedProblem) = (null, null, null, false, null);
        (counts, countedSince) = (null, null);
        held.Clear();
        standing = await Reader.StandingAsync(Leaving);
        StateHasChanged();
        if (await FindAsync(query.At(Time.GetUtcNow()), before: null) is not { } answer || mine != load)
        {
            return;
        }

        (found, next, top, looked) = (answer, answer.Next, answer.Size, answer.Looked);
        nameOf = await Words.NamesAsync([query.Person], Leaving);
        var said = await Words.SayAsync(answer.Entries, Leaving);
        if (mine != load)
        {
            return;
        }

        rows = [.. said];
        StateHasChanged();
        await ReadSavedAsync();
        await recounting.NowAsync();
    }

    /// <summary>Counts all that the query wants, beside its rows: for the facets and for the chart over time.</summary>
    private async Task CountAsync()
    {
        var (mine, wanted, now) = (load, query, Time.GetUtcNow());
        var span = LogChart.SpanOf(wanted, now);
        IReadOnlyList<AuditGrouping> groupings = span is { } per ? [.. FacetGroup.Groupings, new AuditGrouping { Per = per }] : FacetGroup.Groupings;
        var result = await Reader.CountAsync(wanted.At(now), groupings, Leaving);
        if (mine != load)
        {
            return;
        }

        hasNoCounts = !result.TryGet(out var counted, out _);
        if (hasNoCounts)
        {
            (groups, chart, counts) = ([], null, null);
            return;
        }

        var people = counted!.Groups[FacetGroup.People].Values.Select(value => EntityId.TryParse<PersonId>(value, out var person) ? person : default);
        var names = await Words.NamesAsync([.. people.Append(wanted.Person).Where(person => person != default)], Leaving);
        var since = await Reader.SinceAsync(counted, Leaving);
        if (mine == load)
        {
            (counts, countedSince, nameOf) = (counted, since, names);
            groups = FacetGroup.Of(wanted, counted.Groups, groups, Words, names, Texts);
            chart = span is null ? null : LogChart.Of(wanted, counted.Groups[^1], span.Value, now, Words, Texts);
            StateHasChanged();
        }
    }

    private async Task RecountAsync()
    {
        try
        {
            await recounting.SoonAsync(Leaving);
        }
        catch (Exception left) when (left is OperationCanceledException or ObjectDisposedException or JSDisconnectedException)
        {
            // The page was left.
        }
        catch (Exception fault)
        {
            await DispatchExceptionAsync(fault);
        }
    }

    private async Task MoreAsync()
    {
        var (mine, before) = (load, next);
        busy = true;
        if (await FindAsync(query.At(Time.GetUtcNow()), before) is { } answer && mine == load)
        {
            var said = await Words.SayAsync(answer.Entries, Leaving);
            rows!.AddRange(said);
            (next, looked) = (answer.Next, found!.Size - (answer.Next ?? 0));
        }

        busy = false;
    }

    /// <summary>Waits for the log to grow: asks for the next news first, then reads, so that nothing falls between.</summary>
    private async Task FollowAsync()
    {
        while (problem != AuditRefusal.WrongPermit && await Reader.NextAsync() is { } news)
        {
            if (IsLive && rows is not null)
            {
                await TakeNewsAsync();
            }

            await news.WaitAsync(Leaving);
            await Task.Delay(Breath, Time, Leaving);
        }
    }

    private async Task TakeNewsAsync()
    {
        var mine = load;
        if (await FindAsync(query.At(Time.GetUtcNow()) with { FromIndex = top }, before: null) is not { } answer || mine != load)
        {
            StateHasChanged();
            return;
        }

        top = answer.Size;
        isBehind |= answer.Next is not null;
        found = found! with { Size = answer.Size };
        looked += answer.Looked;
        counting = RecountAsync();
        var said = await Words.SayAsync(answer.Entries, Leaving);
        if (said.Count > 0 && mine == load)
        {
            held.InsertRange(0, said.Select(row => row with { IsNew = true }));
            if (await IsAtTopAsync())
            {
                await ShowNewerAsync();
            }

            StateHasChanged();
        }
    }

    private async Task ShowNewerAsync()
    {
        if (isBehind || held.Count > PageSize)
        {
            await LoadAsync();
            return;
        }

        rows!.InsertRange(0, held);
        held.Clear();
        if (rows.Count > MostShown)
        {
            rows.RemoveRange(MostShown, rows.Count - MostShown);
            next = rows[^1].Entry.Index;
        }
    }

    private async Task SwitchAsync()
    {
        live = !live;
        if (IsLive && rows is not null)
        {
            await TakeNewsAsync();
        }
    }

    private async ValueTask<bool> IsAtTopAsync()
    {
        try
        {
            return await Script.InvokeAsync<bool>("rivet.isAtTop", Leaving, frame);
        }
        catch (JSException)
        {
            // The frame is not drawn: nobody has scrolled it.
            return true;
        }
    }

    private async Task<AuditFound?> FindAsync(AuditQuery wanted, long? before)
    {
        if ((await Reader.FindAsync(wanted, before, PageSize, Leaving)).TryGet(out var answer, out var refusal))
        {
            return answer;
        }

        problem = refusal;
        if (refusal != AuditRefusal.WrongPermit)
        {
            problemId = Guid.CreateVersion7(Time.GetUtcNow()).ToString("N")[^8..];
            Log.PageFailed(Logger, problemId, refusal);
        }

        return null;
    }

    private async Task ReadSavedAsync()
    {
        if ((await Reader.SavedAsync(Leaving)).TryGet(out var read, out _))
        {
            saved = read;
        }
    }

    private async Task SaveAsync()
    {
        // Carried through even when the page is left meanwhile.
        var result = await Reader.SaveAsync(saveName, query.ToString(), CancellationToken.None);
        savedProblem = result.TryGet(out _, out var refusal) ? null : $"SaveProblem{refusal}";
        if (result.IsOk)
        {
            saveName = string.Empty;
            await ReadSavedAsync();
        }
    }

    private async Task ForgetAsync(SavedQuery one)
    {
        var result = await Reader.ForgetAsync(one.Id, CancellationToken.None);
        savedProblem = result.TryGet(out _, out var refusal) ? null : $"SaveProblem{refusal}";
        await ReadSavedAsync();
    }

    private void SearchAsync() => GoTo(LogQuery.Parse(typed));

    private void GoTo(LogQuery to) => Navigation.NavigateTo(LogAddress.Of(to));

    private IEnumerable<(string Text, LogQuery Without)> Chips => FacetGroup.Chips(query, Words, nameOf, Texts);

    private static string? DayOf(DateTimeOffset? moment) => DayOf(moment is { } known ? DateOnly.FromDateTime(known.UtcDateTime) : null);

    private static string? DayOf(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset? DayIn(ChangeEventArgs change, Func<DateOnly, DateTimeOffset> edge)
        => DateOnly.TryParseExact(change.Value?.ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? edge(day) : null;
}
