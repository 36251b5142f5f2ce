using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;
using Rivet.Audit.Boards;
using Rivet.Kernel;

namespace Rivet.Audit.Pages.Dashboard;

/// <summary>The company's dashboard over its log: each number leads to the events behind it.</summary>
public sealed partial class BoardPage
{
    private readonly Dictionary<string, string> titles = [];
    private readonly HashSet<string> tables = [];
    private Recounting recounting = null!;
    private Board? board;
    private Dictionary<string, TileView>? views;
    private BoardPeriod period = BoardPeriod.Of(null);
    private TimeZoneInfo? zone;
    private BoardRefusal? problem;
    private (Tile Tile, int Place)? removed;
    private string? problemId;
    private string? said;
    private bool isChanging;
    private bool asksReset;
    private int load;

    /// <summary>The period's name.</summary>
    [SupplyParameterFromQuery(Name = "period")]
    public string? Wanted { get; set; }

    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<BoardPage> Logger { get; set; } = null!;

    private LogReader Reader => (LogReader)Services.GetService(typeof(LogReader))!;

    private string? Line => zone is null ? Texts["BoardLineWait"]
        : zone.HasSameRules(TimeZoneInfo.Utc) ? Texts["BoardLineUtc"]
        : Texts["BoardLine", zone.Id, OffsetOf(zone)];

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
        period = BoardPeriod.Of(Wanted);
        if (RendererInfo.IsInteractive)
        {
            await LoadAsync();
        }
    }

    private async Task LoadAsync()
    {
        (views, problem) = (null, null);
        StateHasChanged();
        try
        {
            zone ??= ZoneOf(await Script.InvokeAsync<string?>("rivet.zone", Leaving));
            await recounting.NowAsync();
        }
        catch (Exception left) when (left is OperationCanceledException or JSDisconnectedException)
        {
            // The page was left.
        }
    }

    /// <summary>The board first, since somebody else may have changed it; then its tiles, those of one query together.</summary>
    private async Task CountAsync()
    {
        var mine = ++load;
        var result = await Reader.BoardAsync((book, permit) => book.ReadAsync(permit, Leaving), Leaving);
        if (mine == load && Take(result))
        {
            await CountAsync(board!.Tiles, mine);
        }
    }

    private async Task CountAsync(IReadOnlyList<Tile> tiles, int mine)
    {
        var window = period.Until(Time.GetUtcNow(), zone!);
        foreach (var count in BoardCount.Plan(tiles, window))
        {
            var counted = await CountAsync(count, window);
            if (mine != load)
            {
                return;
            }

            foreach (var view in counted)
            {
                views![view.Tile.Id] = view;
            }

            StateHasChanged();
        }
    }

    private async Task<IReadOnlyList<TileView>> CountAsync(BoardCount count, BoardWindow window)
    {
        var (now, refusal) = await CountAsync(count.Now(window), count.Groupings, window);
        var (before, beforeRefusal) = count.WantsBefore && now is not null ? await CountAsync(count.Before(window), [new AuditGrouping()], window) : (null, null);
        if (now is null || beforeRefusal is not null)
        {
            var id = Guid.CreateVersion7(Time.GetUtcNow()).ToString("N")[^8..];
            Log.PageFailed(Logger, id, (refusal ?? beforeRefusal)!.Value);
            return [.. count.Tiles.Select(tile => new TileView { Tile = tile.Tile, ProblemId = id })];
        }

        var people = count.Tiles.Where(tile => tile.Tile.By == AuditDimension.Person).SelectMany(tile => now.Groups[tile.Grouping].Values)
            .Select(value => EntityId.TryParse<PersonId>(value, out var person) ? person : default).Where(person => person != default).Distinct();
        var nameOf = await Words.NamesAsync([.. people], Leaving);
        var since = await Reader.SinceAsync(now, Leaving) is { } begin && begin > window.From ? begin : (DateTimeOffset?)null;
        return [.. count.Tiles.Select(tile => TileView.Of(tile.Tile, tile.Grouping, count, window, now, before, Words, nameOf, Texts) with { Since = since })];
    }

    private async Task<(AuditCounts? Counts, AuditRefusal? Refusal)> CountAsync(LogQuery query, IReadOnlyList<AuditGrouping> groupings, BoardWindow window)
        => (await Reader.CountAsync(query.At(window.Now), groupings, Leaving)).TryGet(out var counts, out var refusal) ? (counts, null) : (null, refusal);

    private Task AgainAsync(Tile tile)
    {
        views!.Remove(tile.Id);
        return CountAsync([tile], load);
    }

    /// <summary>Waits for the log to grow, and counts again: asks for the next news first, so that nothing falls between.</summary>
    private async Task FollowAsync()
    {
        for (var grown = false; problem != BoardRefusal.WrongPermit && await Reader.NextAsync() is { } news; grown = true)
        {
            if (grown && views is not null)
            {
                await recounting.SoonAsync(Leaving);
            }

            await news.WaitAsync(Leaving);
        }
    }

    private bool Take(Result<Board, BoardRefusal> result)
    {
        if (result.TryGet(out var read, out var refusal))
        {
            (board, problem) = (read, null);
            views ??= [];
            return true;
        }

        if (views is null || refusal == BoardRefusal.WrongPermit)
        {
            (problem, problemId) = (refusal, Guid.CreateVersion7(Time.GetUtcNow()).ToString("N")[^8..]);
            Log.BoardFailed(Logger, problemId, refusal);
        }

        return false;
    }

    private Task RenameAsync(Tile tile)
        => ChangeAsync((book, permit) => book.RenameAsync(permit, tile.Id, titles.GetValueOrDefault(tile.Id, TitleOf(tile)), CancellationToken.None), Texts["SaidRenamed"]);

    private Task MoveAsync(Tile tile, int by)
        => ChangeAsync((book, permit) => book.MoveAsync(permit, tile.Id, by, CancellationToken.None), Texts["SaidMoved", TitleOf(tile)]);

    private async Task RemoveAsync(Tile tile, int place)
    {
        if (await ChangeAsync((book, permit) => book.RemoveAsync(permit, tile.Id, CancellationToken.None), Texts["SaidRemoved", TitleOf(tile)]))
        {
            removed = (tile, place);
        }
    }

    private Task PutBackAsync()
    {
        var (tile, place) = removed!.Value;
        return ChangeAsync((book, permit) => book.AddAsync(permit, tile, place, CancellationToken.None), Texts["SaidPutBack", TitleOf(tile)]);
    }

    private Task ResetAsync()
    {
        asksReset = false;
        return ChangeAsync((book, permit) => book.ResetAsync(permit, CancellationToken.None), Texts["SaidReset"]);
    }

    /// <summary>Carried through even when the page is left meanwhile. What is new on the board is counted.</summary>
    private async Task<bool> ChangeAsync(Func<BoardBook, Permit, ValueTask<Result<Board, BoardRefusal>>> change, string done)
    {
        (said, removed) = (null, null);
        var result = await Reader.BoardAsync(change, CancellationToken.None);
        if (!result.TryGet(out var changed, out var refusal))
        {
            said = Texts[$"BoardProblem{refusal}"];
            return false;
        }

        (board, said) = (changed, done);
        titles.Clear();
        await CountAsync([.. changed.Tiles.Where(tile => !views!.TryGetValue(tile.Id, out var view) || view.Tile.Query != tile.Query)], load);
        return true;
    }

    private void Turn(Tile tile)
    {
        if (!tables.Remove(tile.Id))
        {
            tables.Add(tile.Id);
        }
    }

    private string TitleOf(Tile tile) => tile.Title.Length > 0 ? tile.Title : Texts[$"tile.{tile.Id}"];

    private static string AddressOf(BoardPeriod period) => $"{LogAddress.Board}?period={period.Name}";

    private static TimeZoneInfo ZoneOf(string? name) => name is { Length: > 0 and <= 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) ? found : TimeZoneInfo.Utc;

    private string OffsetOf(TimeZoneInfo of)
    {
        var offset = of.GetUtcOffset(Time.GetUtcNow());
        return offset == TimeSpan.Zero ? "UTC" : string.Create(CultureInfo.InvariantCulture, $"UTC{(offset < TimeSpan.Zero ? '−' : '+')}{offset:hh\\:mm}");
    }
}
