using Google.Protobuf;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <content>What people and misfortune do.</content>
internal sealed partial class World
{
    private int said;

    private void Talk()
    {
        Network.Faults = Faults.Draw(Chance, killing: true);
        Trace?.Write($"{Network.Faults}");
        devices.ForEach(device => Loop.At(TimeSpan.FromMilliseconds(Chance.Next(3_000)), device.Start));
        var when = TimeSpan.Zero;
        for (var left = Chance.Next(8, 36); left > 0; left--)
        {
            when += Chance.Next(6) == 0 ? TimeSpan.FromSeconds(Chance.Next(40)) : TimeSpan.FromMilliseconds(Chance.Next(1_500));
            Loop.At(when, Step);
        }

        Loop.Run(when + TimeSpan.FromSeconds(Chance.Next(20)));
    }

    /// <summary>Faults stop. Where pushes went astray without their link, the links break once more: a hint that never came cannot be missed.</summary>
    private void ComeToRest()
    {
        Trace?.Write("faults stop");
        isCalm = true;
        Network.Faults = Faults.None;
        devices.ForEach(device => device.Start());
        if (Network.PushesWereAstray)
        {
            // After the last stray push.
            Loop.At(TimeSpan.FromSeconds(11), Network.BreakAll);
        }

        Loop.Run();
    }

    private void Step()
    {
        var device = devices[Chance.Next(devices.Count)];
        switch (Chance.Next(20))
        {
            case < 11:
                As(device, client => Say(device, client));
                break;
            case < 13:
                As(device, client => MarkRead(client));
                break;
            case 13:
                As(device, client => _ = client.CreateConversationAsync(
                    ConversationKind.Group, $"g{said++}", [devices[Chance.Next(devices.Count)].Subject.Person], CancellationToken.None));
                break;
            case 14 or 15:
                ChangeMembers();
                break;
            default:
                GoWrong(device);
                break;
        }
    }

    private void GoWrong(Device device)
    {
        switch (isCalm ? 9 : Chance.Next(6))
        {
            case 0:
                device.Process?.Kill();
                break;
            case 1:
                Network.Crash();
                break;
            case 2:
                Partition(device);
                break;
            case 3:
                devices.Where(_ => Chance.Next(2) == 0).ToList().ForEach(Partition);
                break;
            case 4:
                Network.LinksOf(device).ToList().ForEach(link => Network.Close(link, CloseReason.TooSlow));
                break;
            case 5:
                ServerTime.Skew += TimeSpan.FromMinutes(Chance.Next(-90, 90));
                break;
        }
    }

    private void Partition(Device device)
    {
        var length = TimeSpan.FromSeconds(Chance.Next(3) == 0 ? Chance.Next(240) : Chance.Next(20));
        Trace?.Write($"{device} partitioned for {length.TotalSeconds} s");
        device.PartitionedUntil = Loop.Now + length;
        if (length > TimeSpan.FromSeconds(60))
        {
            Network.LinksOf(device).ToList().ForEach(link => Network.Stall(link, "partition"));
        }
    }

    /// <summary>Does something as a device's process, if it runs.</summary>
    public static void As(Device device, Action<RivetClient> work)
    {
        if (device.Client is { } client)
        {
            device.Process!.Run(() => work(client));
        }
    }

    private void Say(Device device, RivetClient client)
    {
        // Also where one is no member any more: the client may not know it yet.
        var conversation = conversations[Chance.Next(conversations.Count)];
        if (client.Conversation(conversation) is null)
        {
            return;
        }

        var target = (ulong)Chance.Next(1, (int)client.Cursor(conversation) + 3);
        var content = Chance.Next(8) switch
        {
            0 => Composer.Edit(target, $"m{said++}", []),
            1 => Composer.Recall(target),
            2 => Composer.React(target, "👍", removed: Chance.Next(2) == 0),
            3 => Composer.Post($"m{said++}", target, [], []),
            _ => Composer.Post($"m{said++}", 0, [], []),
        };
        Trace?.Write($"{device} says {content}");
        if (Chance.Next(4) == 0)
        {
            _ = SendAsync(device, client, conversation, content);
        }
        else
        {
            client.Queue(conversation, content);
        }
    }

    private async Task SendAsync(Device device, RivetClient client, ConversationId conversation, Content content)
    {
        var answer = await client.SendAsync(conversation, content, CancellationToken.None);
        if (answer.TryGet(out var sent, out _)
            && (Server.Log(conversation).ElementAtOrDefault((int)sent.Sequence - 1) is not { } entry || !entry.ClientMessageId.Span.SequenceEqual(sent.MessageId.Span)))
        {
            Loop.Stop($"{device}: was told that a message is entry {sent.Sequence}, and it is not.");
        }
    }

    private void MarkRead(RivetClient client)
    {
        var conversation = conversations[Chance.Next(conversations.Count)];
        if (client.Cursor(conversation) is > 0 and var cursor)
        {
            client.MarkRead(conversation, (ulong)Chance.Next(1, (int)cursor + 1));
        }
    }

    private void ChangeMembers()
    {
        var person = ByteString.CopyFrom(devices[Chance.Next(devices.Count)].Subject.Person.ToBytes());
        if (person.Span.SequenceEqual(Founder.Person.ToBytes()))
        {
            return;
        }

        var group = ByteString.CopyFrom(conversations[0].ToBytes());
        var removed = Server.Ask(Founder, Method.RemoveMember, new RemoveMemberRequest { ConversationId = group, PersonId = person }).IsOk;
        Trace?.Write($"{person.ToBase64()} {(removed ? "removed" : "added")}");
        if (!removed)
        {
            Server.Ask(Founder, Method.AddMembers, new AddMembersRequest { ConversationId = group, Members = { person } });
        }
    }
}
