using System.Globalization;
using Rivet.Client.Slack;

namespace Rivet.Tour;

/// <summary>The main job from the first start to a live conversation, in a temporary folder, step after step.</summary>
internal sealed class GuidedTour(Stage stage, TimeProvider time)
{
    public async Task RunAsync(string? path, CancellationToken ct)
    {
        stage.Title(Words.Of("Title"));
        path ??= SampleArchive.Folder();
        using var archive = SlackArchive.Open(SampleArchive.Open(path), new SlackArchiveLimits()).Value(Words.Of("OpenArchive"));
        var folder = Directory.CreateTempSubdirectory("rivet-tour-");
        try
        {
            await TourAsync(folder.FullName, archive, ct);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        stage.Summary();
        stage.Say(Words.Of("Next"));
    }

    private async Task TourAsync(string folder, SlackArchive archive, CancellationToken ct)
    {
        await using var server = await stage.StepAsync("StepServer", () => ServerProcess.StartAsync(folder, time, ct));
        stage.Quiet(Words.Of("ServerIs", server.Address, server.Fingerprint));

        await using var crew = new Crew(folder, time);
        var robin = await stage.StepAsync("StepFound", () => crew.FoundAsync(server.Invitation, ct));
        stage.Quiet(Words.Of("Founded", robin.Client.Profile.CompanyName, robin.Name, robin.Client.Profile.DeviceName));

        var import = new ImportStep(stage, time, archive);
        var report = await import.FirstAsync(robin, ct);

        var (ana, bo) = await stage.StepAsync("StepInvite", () => crew.InviteTwoAsync(robin, ct));
        stage.Quiet(Words.Of("Joined", ana.Name, ana.Client.Profile.DeviceName, bo.Name, bo.Client.Profile.DeviceName));

        var talk = new TalkStep(stage, time, robin, ana, bo);
        await talk.ReadHistoryAsync(report, ct);
        await talk.TalkAsync(ct);

        var listener = await crew.FurtherDeviceAsync(bo, ct);
        await new KillStep(stage, time, ana, listener).RunAsync(talk.Channel, ct);
        await new StoredStep(stage).ShowAsync(server, ana, talk, ct);
        await import.AgainAsync(robin, ct);

        await stage.StepAsync("StepStop", async () =>
        {
            await crew.DisposeAsync();
            Expect.That(await server.StopAsync(time), "ServerNotStopped");
            return true;
        });
    }

    /// <summary>12135 as 12,135 or in the reader's own way.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.CurrentCulture);
}
