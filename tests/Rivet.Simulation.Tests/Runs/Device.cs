using Google.Protobuf;
using Rivet.Client;
using Rivet.Client.Home;
using Rivet.Client.Native.Tls;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>A device: its home, and the process of the real client that runs on it until it is killed.</summary>
internal sealed class Device
{
    /// <summary>No link is proven here, so all devices may have the same keys.</summary>
    private static readonly DeviceKeys Keys = DeviceKeys.Create();

    private readonly World world;
    private readonly string name;
    private readonly Func<IRecords> open;
    private WatchedRecords? records;

    public Device(World world, string name, Subject subject, Func<IRecords> open)
    {
        this.world = world;
        this.name = name;
        this.open = open;
        Subject = subject;
        Welcome = new Welcome
        {
            DeviceId = ByteString.CopyFrom(subject.Via.ToByteArray(bigEndian: true)),
            PersonId = ByteString.CopyFrom(subject.Person.ToBytes()),
            CompanyId = ByteString.CopyFrom(subject.Company.ToBytes()),
            CompanyName = "Tin & Teal",
            PersonName = name,
            Role = Role.Member,
        };
        using var home = open();
        home.Write(write =>
        {
            write.Put(RecordKind.Server, RecordKeys.One, new ServerPin { Host = "simulated", Port = 1, Key = ByteString.CopyFrom(new byte[32]) }.ToByteArray());
            return true;
        });
        new LocalStore(home).KeepProfile(Welcome, name);
        Ledger = new Ledger(world, this);
    }

    public Subject Subject { get; }

    public Welcome Welcome { get; }

    public Ledger Ledger { get; }

    public Process? Process { get; private set; }

    /// <summary>The running client; null while the process is dead.</summary>
    public RivetClient? Client { get; private set; }

    public TimeSpan PartitionedUntil { get; set; }

    public bool IsPartitioned(TimeSpan now) => now < PartitionedUntil;

    public void Start()
    {
        if (Client is not null)
        {
            return;
        }

        world.Trace?.Write($"{name} starts");
        var process = new Process(world.Loop, TimeSpan.FromSeconds(world.Chance.Next(-600, 600)), OnKilled);
        Process = process;
        records = new WatchedRecords(open(), process, world.DrawDeath, Ledger.Committed);
        process.Run(() =>
        {
            Client = new RivetClient(
                new LocalStore(records), Keys.Identity, Keys, (_, _) => world.Network.DialAsync(this, process), parts: null, process.Time, new Random(world.Chance.Next()));
            Client.Start();
            if (Subject.Via.GetHashCode() % 3 == 0)
            {
                _ = Ledger.ReadArrivalsAsync(Client, CancellationToken.None);
            }
        });
    }

    /// <summary>What the home holds now, whoever has it open.</summary>
    public IRecords Look() => (IRecords?)records ?? open();

    public override string ToString() => name;

    private void OnKilled()
    {
        world.Trace?.Write($"{name} is killed");
        var closing = records;
        Client = null;
        records = null;
        world.Loop.At(TimeSpan.Zero, () => closing?.Dispose());
        foreach (var link in world.Network.LinksOf(this))
        {
            world.Network.HangUp(link);
        }

        world.Loop.At(TimeSpan.FromMilliseconds(1 + world.Chance.Next(10_000)), Start);
    }
}
