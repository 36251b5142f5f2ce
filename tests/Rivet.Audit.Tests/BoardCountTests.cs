using CsCheck;
using Rivet.Audit.Boards;
using Rivet.Audit.Pages;
using Rivet.Audit.Pages.Charts;
using Rivet.Audit.Pages.Dashboard;
using Rivet.Kernel;

namespace Rivet.Audit.Tests;

public sealed class BoardCountTests
{
    private static readonly TimeZoneInfo Lisbon = TimeZoneInfo.FindSystemTimeZoneById("Europe/Lisbon");
    private static readonly TimeZoneInfo Kathmandu = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu");

    [Fact]
    public void Until_Week_BeginsAtTheZonesMidnightAndComparesTheSameHours()
    {
        // Clocks in Lisbon went forward on 29 March 2026.
        var window = BoardPeriod.Of("7d").Until(new DateTimeOffset(2026, 4, 1, 10, 30, 20, TimeSpan.Zero), Lisbon);
        Assert.Equal(new DateTimeOffset(2026, 3, 26, 0, 0, 0, TimeSpan.Zero), window.From);
        Assert.Equal(new DateTimeOffset(2026, 3, 19, 0, 0, 0, TimeSpan.Zero), window.BeforeFrom);
        Assert.Equal(new DateTimeOffset(2026, 3, 25, 11, 30, 0, TimeSpan.Zero), window.BeforeTo);
        var days = Stretches.Between(window.From, window.Now, AuditSpan.Day, Lisbon);
        Assert.Equal(7, days.Count);
        Assert.Equal(TimeSpan.FromHours(23), days[3].To - days[3].From);
    }

    [Theory]
    [InlineData("24h", 24)]
    [InlineData("7d", 7)]
    [InlineData("30d", 30)]
    [InlineData("13w", 13)]
    [InlineData("12m", 12)]
    [InlineData("nonsense", 7)]
    [InlineData(null, 7)]
    public void Until_EachPeriod_HasItsColumns(string? name, int columns)
        => Gen.Int[0, 2_000_000].Sample(minutes =>
        {
            foreach (var zone in new[] { TimeZoneInfo.Utc, Lisbon, Kathmandu })
            {
                var window = BoardPeriod.Of(name).Until(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes).AddTicks(7), zone);
                var stretches = Stretches.Between(window.From, window.Now, window.Span, zone);
                Assert.Equal(columns, stretches.Count);
                Assert.All(stretches.Zip(stretches.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
                Assert.True(window.BeforeFrom < window.BeforeTo && window.BeforeTo <= window.From);
            }
        }, iter: 200);

    [Fact]
    public void SpanFor_WhatGivesOneColumnOrTooMany_IsThePeriodsOwn()
    {
        var window = BoardPeriod.Of("7d").Until(new DateTimeOffset(2026, 4, 1, 10, 30, 0, TimeSpan.Zero), Lisbon);
        Assert.Equal(AuditSpan.Day, window.SpanFor(AuditSpan.Hour));
        Assert.Equal(AuditSpan.Week, window.SpanFor(AuditSpan.Week));
        Assert.Equal(AuditSpan.Day, window.SpanFor(null));
        Assert.Equal(AuditSpan.Hour, BoardPeriod.Of("24h").Until(new DateTimeOffset(2026, 4, 1, 23, 30, 0, TimeSpan.Zero), TimeZoneInfo.Utc).SpanFor(AuditSpan.Month));
    }

    [Fact]
    public void Plan_TilesOfOneQuery_AreCountedTogether()
    {
        var window = BoardPeriod.Of("30d").Until(new DateTimeOffset(2026, 4, 1, 10, 30, 0, TimeSpan.Zero), Lisbon);
        Tile[] tiles =
        [
            new() { Id = "a", Shape = TileShape.Number, Query = "outcome:failure last:1h" },
            new() { Id = "b", Shape = TileShape.Columns, Query = "class:3002", By = AuditDimension.Outcome, Per = AuditSpan.Week },
            new() { Id = "c", Shape = TileShape.Bars, Query = "outcome:failure from:2020-01-01", By = AuditDimension.Kind },
            new() { Id = "d", Shape = TileShape.Columns, Query = "outcome:failure" },
        ];
        var plan = BoardCount.Plan(tiles, window);
        Assert.Equal(2, plan.Count);
        Assert.Equal([("a", -1), ("c", 0), ("d", 1)], plan[0].Tiles.Select(tile => (tile.Tile.Id, tile.Grouping)));
        Assert.Equal([AuditDimension.Kind, null], plan[0].Groupings.Select(grouping => grouping.By));
        Assert.Equal((true, false), (plan[0].WantsBefore, plan[1].WantsBefore));
        Assert.Equal((AuditSpan.Week, Lisbon), (plan[1].Groupings[0].Per!.Value, plan[1].Groupings[0].Zone));
        Assert.Equal((window.From, null), (plan[0].Now(window).From, plan[0].Now(window).To));
        Assert.Equal("outcome:failure from:2026-02-01 to:2026-03-02T11:30Z", plan[0].Before(window).ToString());

        var many = BoardCount.Plan([.. Enumerable.Range(0, Board.Most).Select(number => new Tile { Id = $"{number}", Shape = TileShape.Columns })], window);
        Assert.All(many, count => Assert.InRange(count.Groupings.Count, 1, 8));
        Assert.Equal(Board.Most, many.Sum(count => count.Tiles.Count));
    }

    [Theory]
    [InlineData(AuditDimension.Kind, "a.b", "kind:a.b")]
    [InlineData(AuditDimension.Class, "3002", "class:3002")]
    [InlineData(AuditDimension.Severity, "3", "severity:3..3")]
    [InlineData(AuditDimension.Outcome, "failure", "outcome:failure")]
    [InlineData(AuditDimension.TargetKind, "device", "target:device")]
    [InlineData(AuditDimension.Kind, "*", null)]
    [InlineData(AuditDimension.Person, "", null)]
    [InlineData(AuditDimension.Person, "*", null)]
    [InlineData(AuditDimension.Actor, "0198c0de000070008000000000000001", null)]
    [InlineData(AuditDimension.Outcome, "", null)]
    public void Narrowed_Value_IsTheSearchForItAlone(AuditDimension by, string value, string? query)
        => Assert.Equal(query, LogQuery.Parse("kind:x severity:2").Narrowed(by, value) is { } narrowed ? Without(narrowed.ToString(), by) : null);

    [Fact]
    public void Narrowed_AnotherPersonThanTheQuerys_CannotBeSaid()
    {
        var (one, other) = (new PersonId(Guid.CreateVersion7()), new PersonId(Guid.CreateVersion7()));
        Assert.NotNull(LogQuery.Parse($"person:{one}").Narrowed(AuditDimension.Person, one.ToString()));
        Assert.Null(LogQuery.Parse($"person:{one}").Narrowed(AuditDimension.Person, other.ToString()));
    }

    private static string Without(string query, AuditDimension by)
        => string.Join(' ', query.Split(' ').Where(part => (by == AuditDimension.Kind || part != "kind:x") && (by == AuditDimension.Severity || part != "severity:2")));
}
