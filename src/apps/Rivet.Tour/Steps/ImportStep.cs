using System.Globalization;
using Rivet.Client.Slack;

namespace Rivet.Tour;

/// <summary>Imports the archive, and shows that a second import adds nothing.</summary>
internal sealed class ImportStep(Stage stage, TimeProvider time, SlackArchive archive)
{
    private SlackImportReport? first;

    public async Task<SlackImportReport> FirstAsync(Device robin, CancellationToken ct)
    {
        first = await RunAsync("StepImport", robin, ct);
        stage.Say(Words.Of(
            "Imported",
            GuidedTour.Number(first.Records),
            GuidedTour.Number(first.Messages),
            GuidedTour.Number(first.Joins),
            GuidedTour.Number(first.Reactions),
            GuidedTour.Number(first.Files)));
        stage.Quiet(Words.Of(
            "ImportedMore",
            GuidedTour.Number(first.People),
            GuidedTour.Number(first.Channels),
            GuidedTour.Number(first.Replies),
            GuidedTour.Number(first.Edited + first.Changes),
            GuidedTour.Number(first.Leaves + first.Notices + first.Deletions),
            GuidedTour.Number(first.Skipped.Values.Sum())));
        Expect.That(first.EntriesExisted == 0, "ImportNotFresh");
        return first;
    }

    public async Task AgainAsync(Device robin, CancellationToken ct)
    {
        var second = await RunAsync("StepAgain", robin, ct);
        Expect.That(second.EntriesAdded == 0 && second.PeopleAdded == 0 && second.ChannelsAdded == 0, "ImportTwice", second.EntriesAdded);
        Expect.That(second.Records == first!.Records, "ImportOther", second.Records, first.Records);
        stage.Say(Words.Of("ImportedAgain", GuidedTour.Number(second.EntriesExisted)));
    }

    private Task<SlackImportReport> RunAsync(string key, Device robin, CancellationToken ct) => stage.BarAsync(key, async bar =>
    {
        var progress = new Bar(bar);
        var result = await new SlackImporter(robin.Client, time).ImportAsync(archive, CultureInfo.CurrentUICulture, progress, ct);
        return result.TryGet(out var report, out var failure)
            ? report
            : throw new TourFailedException(Words.Of("ImportStopped", failure.SoFar.Records, failure.Damage?.ToString() ?? $"{failure.Refusal?.Reason} {failure.Refusal?.Detail}"));
    });

    private sealed class Bar(Action<double> show) : IProgress<SlackImportProgress>
    {
        public void Report(SlackImportProgress value) => show(value.TotalBytes == 0 ? 1 : (double)value.Bytes / value.TotalBytes);
    }
}
