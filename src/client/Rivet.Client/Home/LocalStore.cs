using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Home;

/// <summary>The records in the client's words. Every write rings <see cref="Bell"/>; so does what other processes write.</summary>
internal sealed partial class LocalStore(IRecords records) : IDisposable
{
    private byte[]? device;
    private long foreignVersion = records.ForeignVersion();

    public ChangeBell Bell { get; } = new();

    public IRecords Records => records;

    /// <inheritdoc cref="IRecords.DurableAsync"/>
    public ValueTask DurableAsync(CancellationToken ct) => records.DurableAsync(ct);

    public void Dispose() => records.Dispose();

    /// <summary>Rings the bell when another process has written since the last look.</summary>
    public void LookAbroad()
    {
        var version = records.ForeignVersion();
        if (Interlocked.Exchange(ref foreignVersion, version) != version)
        {
            Bell.Ring();
        }
    }

    /// <summary>The device's private keys, where the home keeps them.</summary>
    public DeviceSecrets? Secrets() => Find(RecordKind.DeviceKeys, RecordKeys.One, DeviceSecrets.Parser);

    public ServerPin? Server() => Find(RecordKind.Server, RecordKeys.One, ServerPin.Parser);

    /// <summary>What was learnt of the server, kept here whenever more is.</summary>
    public ServerMemory Memory()
    {
        var pin = Server();
        return new ServerMemory(
            pin is null ? null : new(pin.StaticKey.Memory, pin.HighestVersion),
            learnt => Write(write =>
            {
                var now = Server()!.Clone();
                now.StaticKey = ByteString.CopyFrom(learnt.Static.Span);
                now.HighestVersion = Math.Max(now.HighestVersion, learnt.HighestVersion); // Another process may have seen more.
                write.Put(RecordKind.Server, RecordKeys.One, now.ToByteArray());
            }));
    }

    /// <summary>
    /// Keeps the pin, and the keys where the home keeps them, before anyone hears of them, so that a crash in the middle
    /// of joining loses nothing.
    /// </summary>
    public void KeepDevice(DeviceSecrets? secrets, ServerPin server)
    {
        var encoded = secrets?.ToByteArray();
        try
        {
            Write(write =>
            {
                if (encoded is not null)
                {
                    write.Put(RecordKind.DeviceKeys, RecordKeys.One, encoded);
                }

                write.Put(RecordKind.Server, RecordKeys.One, server.ToByteArray());
            });
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(encoded);
        }
    }

    public Profile? Profile()
    {
        if (Find(RecordKind.Profile, RecordKeys.One, ProfileRecord.Parser) is not { } record || Server() is not { } server)
        {
            return null;
        }

        return new Profile
        {
            Device = EntityId.Read<DeviceId>(record.DeviceId.Span),
            Person = EntityId.Read<PersonId>(record.PersonId.Span),
            Company = EntityId.Read<CompanyId>(record.CompanyId.Span),
            CompanyName = record.CompanyName,
            PersonName = record.PersonName,
            DeviceName = record.DeviceName,
            Role = (Role)record.Role,
            Host = server.Host,
            Port = (int)server.Port,
            ServerKey = server.Key.Memory,
        };
    }

    /// <summary>Keeps what the server said at sign-in; false when it names nobody.</summary>
    public bool KeepProfile(Welcome welcome, string? deviceName)
    {
        if (welcome.DeviceId.Length != EntityId.Size || welcome.PersonId.Length != EntityId.Size || welcome.CompanyId.Length != EntityId.Size)
        {
            return false;
        }

        var known = Find(RecordKind.Profile, RecordKeys.One, ProfileRecord.Parser);
        var record = new ProfileRecord
        {
            DeviceId = welcome.DeviceId,
            PersonId = welcome.PersonId,
            CompanyId = welcome.CompanyId,
            CompanyName = welcome.CompanyName,
            PersonName = welcome.PersonName,
            DeviceName = deviceName ?? known?.DeviceName ?? "",
            Role = (uint)welcome.Role,
        };
        if (!record.Equals(known))
        {
            Write(write => write.Put(RecordKind.Profile, RecordKeys.One, record.ToByteArray()));
        }

        return true;
    }

    public LinkStatus LinkStatus()
        => Find(RecordKind.LinkState, RecordKeys.One, LinkRecord.Parser) is { } record
            ? new LinkStatus((LinkPhase)record.Phase, record.Reason)
            : new LinkStatus(LinkPhase.Offline, "");

    public void KeepLinkStatus(LinkStatus status)
        => Write(write => write.Put(RecordKind.LinkState, RecordKeys.One, new LinkRecord { Phase = (uint)status.Phase, Reason = status.Reason }.ToByteArray()));

    public IReadOnlyList<Person> People() => All(RecordKind.Person, Wire.Person.Parser);

    public Person? Person(ByteString id) => Find(RecordKind.Person, id.ToByteArray(), Wire.Person.Parser);

    public void KeepPeople(IReadOnlyCollection<Person> people) => Write(write =>
    {
        foreach (var person in people.Where(person => person.PersonId.Length == EntityId.Size))
        {
            write.Put(RecordKind.Person, person.PersonId.ToByteArray(), person.ToByteArray());
        }
    });

    private List<T> All<T>(RecordKind kind, MessageParser<T> parser)
        where T : IMessage<T>
        => [.. records.All(kind).Select(record => parser.ParseFrom(record.Value))];

    private T? Find<T>(RecordKind kind, byte[] key, MessageParser<T> parser)
        where T : class, IMessage<T>
        => records.Find(kind, key) is { } value ? parser.ParseFrom(value) : null;

    private void Write(Action<IRecordWrite> work) => Write(write =>
    {
        work(write);
        return true;
    });

    private T Write<T>(Func<IRecordWrite, T> work)
    {
        var result = records.Write(work);
        Bell.Ring();
        return result;
    }
}
