using Rivet.Client;
using Rivet.Client.Slack;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Tour;

/// <summary>Two devices read the imported history and talk in its busiest channel.</summary>
internal sealed class TalkStep(Stage stage, TimeProvider time, Device robin, Device ana, Device bo)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The busiest imported channel.</summary>
    public ConversationId Channel { get; private set; }

    /// <summary>The first live message, for the look at what is stored.</summary>
    public Sent? Spoken { get; private set; }

    /// <summary>What it says.</summary>
    public string SpokenText { get; } = Words.Of("Hello");

    public async Task ReadHistoryAsync(SlackImportReport report, CancellationToken ct)
    {
        await stage.StepAsync("StepRead", async () =>
        {
            var all = robin.Client.Conversations();
            Expect.That(all.Count == report.Channels, "ChannelsMissing", all.Count, report.Channels);
            var held = all.Sum(conversation => Dense(robin, IdOf(conversation)));
            Expect.That(held == report.EntriesAdded + Extra(all), "EntriesMissing", robin.Name, held, report.EntriesAdded);
            Channel = IdOf(all.Where(conversation => bo.Client.Conversation(IdOf(conversation)) is not null
                && ana.Client.Conversation(IdOf(conversation)) is not null).MaxBy(conversation => conversation.LastSequence)
                ?? throw new TourFailedException(Words.Of("NoCommonChannel")));
            foreach (var device in (Device[])[ana, bo])
            {
                await UntilAsync(device.Client, () => device.Client.Cursor(Channel) >= robin.Client.Cursor(Channel), ct);
                Expect.That(Dense(device, Channel) == Dense(robin, Channel), "EntriesMissing", device.Name, Dense(device, Channel), Dense(robin, Channel));
            }

            return true;
        });
        var people = bo.Client.People().ToDictionary(person => person.PersonId, person => person.Name);
        var timeline = bo.Client.TimelineOf(Channel);
        stage.Quiet(Words.Of("ReadBy", bo.Name, bo.Client.Conversation(Channel)!.Title, GuidedTour.Number(timeline.Items.Count)));
        foreach (var item in timeline.Items.Where(item => item.Kind == TimelineKind.Post && item.Text.Length > 0).TakeLast(4))
        {
            stage.Line(item.OwnTime, NameOf(item.Author), item.Text);
        }

        string NameOf(PersonId? person) => person is { } id
            && people.TryGetValue(Google.Protobuf.ByteString.CopyFrom(id.ToBytes()), out var name) ? name : "?";
    }

    public async Task TalkAsync(CancellationToken ct)
    {
        await stage.StepAsync("StepTalk", async () =>
        {
            Spoken = await SayAsync(ana, SpokenText, bo, ct);
            await SayAsync(bo, Words.Of("Answer"), ana, ct);
            return true;
        });
        stage.Line(time.GetUtcNow(), ana.Name, SpokenText);
        stage.Line(time.GetUtcNow(), bo.Name, Words.Of("Answer"));
    }

    private async Task<Sent> SayAsync(Device speaker, string text, Device hearer, CancellationToken ct)
    {
        var content = Composer.Post(text, 0, speaker.Client.People(), []);
        var sent = (await speaker.Client.SendAsync(Channel, content, ct)).Value(Words.Of("Send"));
        await UntilAsync(hearer.Client, () => hearer.Client.Cursor(Channel) >= sent.Sequence, ct);
        var heard = hearer.Client.Entries(Channel, sent.Sequence, 1).Single();
        Expect.That(heard.Sequence == sent.Sequence && Timeline.Read(heard)?.Post?.Body.Text == text, "HeardOther", hearer.Name);
        return sent;
    }

    /// <summary>Waits until it holds; what a client holds only grows.</summary>
    public async Task UntilAsync(RivetClient client, Func<bool> holds, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            for (var seen = client.Changes; !holds(); seen = client.Changes)
            {
                if (!holds())
                {
                    await client.ChangedAsync(seen, either.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TourFailedException(Words.Of("NothingCame", client.Profile.PersonName));
        }
    }

    /// <summary>How many entries a device holds, which must stand without gap or double.</summary>
    private static long Dense(Device device, ConversationId channel)
    {
        var next = 1ul;
        foreach (var entry in Crew.EntriesOf(device.Client, channel))
        {
            Expect.That(entry.Sequence == next, "Gap", device.Name, next, entry.Sequence);
            next++;
        }

        return (long)next - 1;
    }

    /// <summary>Entries the server wrote itself, beside the imported ones.</summary>
    private long Extra(IEnumerable<Conversation> conversations) => conversations.Sum(
        conversation => Crew.EntriesOf(robin.Client, IdOf(conversation)).LongCount(entry => entry.OwnTimeMs == entry.AppendedMs));

    private static ConversationId IdOf(Conversation conversation) => EntityId.Read<ConversationId>(conversation.ConversationId.Span);
}
