using Rivet.Client.Native;
using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Container;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// One schedule: people with their devices, a server and the network between them; everything that happens is drawn from
/// the seed. First they talk while things go wrong, then faults stop, everything comes to rest, and the rules are checked.
/// </summary>
internal sealed partial class World : IDisposable
{
    private readonly TempFolder? folder;
    private readonly List<Device> devices = [];
    private readonly List<ConversationId> conversations = [];
    private bool isCalm;

    private World(Setting setting, bool traced)
    {
        Setting = setting;
        Chance = new Random(setting.Seed);
        Loop = new Loop(Chance);
        Trace = traced ? new Trace(Loop) : null;
        ServerTime = new SimulatedTime(Loop, TimeSpan.Zero, null);
        Server = setting.Server ?? (IDeliveryServer)new ModelServer(ServerTime, Chance.Next(1, 12), setting.Bug);
        Network = new SimulatedNetwork(Loop, Chance, Server, Answer, Trace);
        folder = setting.Homes is Homes.Containers ? TempFolder.InMemory() : null;
        Settle();
    }

    public Setting Setting { get; }

    public Random Chance { get; }

    public Loop Loop { get; }

    public Trace? Trace { get; }

    public SimulatedTime ServerTime { get; }

    public IDeliveryServer Server { get; }

    public SimulatedNetwork Network { get; }

    public IReadOnlyList<Device> Devices => devices;

    public IReadOnlyList<ConversationId> Conversations => conversations;

    /// <summary>Whoever founded the first conversations: is never removed, and changes members from a desk that never fails.</summary>
    public Subject Founder => devices[0].Subject;

    /// <summary>Runs a schedule; a broken rule is run again with its trace and thrown with it.</summary>
    public static void Run(Setting setting)
    {
        if (TryRun(setting, traced: false) is null)
        {
            return;
        }

        var report = TryRun(setting, traced: true) ?? "The second run of the same seed broke no rule: the simulation itself is not repeatable.";
        throw new BrokenRuleException($"Seed {setting.Seed} (RIVET_SIM_SEED={setting.Seed} repeats it): {report}");
    }

    /// <summary>Runs a schedule; gives the broken rule, or null.</summary>
    public static string? TryRun(Setting setting, bool traced)
    {
        using var world = new World(setting, traced);
        try
        {
            world.Talk();
            world.ComeToRest();
            new Rules(world).Check();
            return null;
        }
        catch (BrokenRuleException broken)
        {
            return $"{broken.Message}\n{world.Trace}";
        }
    }

    /// <summary>A quiet world, everything at rest, for what a test wants to happen in it.</summary>
    public static World Quiet()
    {
        var world = new World(new Setting { Seed = 1 }, traced: true);
        world.ComeToRest();
        return world;
    }

    /// <summary>Called before a request is answered; may refuse it.</summary>
    public Func<Subject, Method, Refusal?> Before { get; set; } = (_, _) => null;

    public Death DrawDeath()
        => Network.Faults.Killed == 0 || Chance.Next(1000) >= Network.Faults.Killed ? Death.None
            : Chance.Next(2) == 0 ? Death.BeforeCommit : Death.AfterCommit;

    public bool IsStored(Device device, ByteString messageId, ByteString conversation)
    {
        var log = Server.Log(EntityId.Read<ConversationId>(conversation.Span));
        for (var at = log.Count - 1; at >= 0; at--)
        {
            if (log[at].ClientMessageId.Equals(messageId) && log[at].AuthorDeviceId.Equals(device.Welcome.DeviceId))
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var device in devices)
        {
            device.Process?.Kill();
        }

        folder?.Dispose();
    }

    private void Settle()
    {
        var people = Chance.Next(2, 4);
        for (var person = 0; person < people; person++)
        {
            var subject = Server.Join();
            Add(subject, $"p{person}-a");
            if (Chance.Next(3) == 0)
            {
                Add(Server.AddDevice(subject), $"p{person}-b");
            }
        }

        var others = devices.Select(device => device.Subject.Person).Distinct().Skip(1).Select(person => ByteString.CopyFrom(person.ToBytes())).ToList();
        Answer(Founder, Method.CreateConversation, new CreateConversationRequest { Kind = ConversationKind.Group, Title = "all", Members = { others } });
        if (Chance.Next(2) == 0)
        {
            Answer(Founder, Method.CreateConversation, new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { others[0] } });
        }
    }

    private void Add(Subject subject, string name)
    {
        var disk = new MemoryTables();
        devices.Add(new Device(this, name, subject, folder is null ? () => new MemoryRecords(disk) : () => Container(name)));
    }

    private ContainerRecords Container(string name)
    {
        var place = new ContainerPlace { Home = folder![name], KeyFolder = folder["keys"] };
        var opened = DeviceContainer.Open(place, null);
        return new ContainerRecords(opened.IsOk ? opened.Value : DeviceContainer.Create(place, null, PassphraseCost.Default).Value);
    }

    /// <summary>What the server answers; the list of people is another module's.</summary>
    private Result<IMessage, Refusal> Answer(Subject device, Method method, IMessage request)
    {
        if (Before(device, method) is { } refusal)
        {
            return refusal;
        }

        if (method is Method.ListPeople)
        {
            return new ListPeopleResponse();
        }

        // What another process of the home asked for travels as bytes that its carrier does not know.
        var known = method is Method.CreateConversation && request is not CreateConversationRequest
            ? CreateConversationRequest.Parser.ParseFrom(request.ToByteString())
            : request;
        var answer = Server.Ask(device, method, known);
        if (answer.IsOk && answer.Value is CreateConversationResponse { Existed: false } made)
        {
            conversations.Add(EntityId.Read<ConversationId>(made.Conversation.ConversationId.Span));
        }

        return answer;
    }
}
