using System.Collections.Concurrent;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Fakes;

/// <summary>One company in memory: a register of device keys and the server's own identity.</summary>
internal sealed class FakeIdentity : IDeviceAuthority, IServerIdentity, IDisposable
{
    public static readonly byte[] Code = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];

    private readonly Ed25519Key identity = Ed25519Key.Create();
    private readonly X25519Key staticKey = X25519Key.Create();
    private readonly ConcurrentDictionary<string, SignedInDevice> devices = new();

    public ReadOnlyMemory<byte> ServerKey => identity.PublicKey;

    public CompanyId Company { get; } = new(Guid.CreateVersion7());

    public bool IsReachable { get; set; } = true;

    public int Asked => asked;

    private int asked;

    public ValueTask<SignedInDevice?> SignInAsync(KeyBundle keys, LinkOrigin origin, CancellationToken ct)
    {
        Interlocked.Increment(ref asked);
        return new(devices.GetValueOrDefault(keys.IdentityKey.ToBase64()));
    }

    public ValueTask<SignedInDevice?> JoinAsync(KeyBundle keys, Join join, LinkOrigin origin, CancellationToken ct)
    {
        Interlocked.Increment(ref asked);
        if (!join.Code.Span.SequenceEqual(Code))
        {
            return new((SignedInDevice?)null);
        }

        var device = new SignedInDevice
        {
            Subject = Subject.OfDevice(Company, new PersonId(Guid.CreateVersion7()), new DeviceId(Guid.CreateVersion7())),
            CompanyName = "Kite & Co",
            PersonName = join.PersonName,
            Role = Role.Member,
        };
        devices[keys.IdentityKey.ToBase64()] = device;
        return new(device);
    }

    public void SignOut(ReadOnlyMemory<byte> identityKey) => devices.TryRemove(Convert.ToBase64String(identityKey.Span), out _);

    /// <summary>What hostile peers were reported for.</summary>
    public ConcurrentQueue<(SubjectKind Who, string Offence, LinkOrigin From)> Reports { get; } = [];

    public ValueTask ReportAsync(Subject device, string offence, LinkOrigin origin, CancellationToken ct)
    {
        Reports.Enqueue((device.Kind, offence, origin));
        return default;
    }

    public ValueTask<KeyBundle> GetKeysAsync(CancellationToken ct) => new(StaticKeys.Bundle(
        identity.PublicKey.Span, staticKey.PublicKey.Span, identity.Sign(StaticKeys.ToSign(staticKey.PublicKey.Span))));

    public ValueTask<IKeyAgreement?> GetStaticAsync(CancellationToken ct) => new(IsReachable ? staticKey : null);

    public void Dispose()
    {
        identity.Dispose();
        staticKey.Dispose();
    }
}

/// <summary>Permits what the test listed, by name.</summary>
internal sealed class FakeAccess : IAccess
{
    public ConcurrentDictionary<string, bool> Permitted { get; } = new() { ["link.echo"] = true };

    public ValueTask<Decision> AskAsync(Question question, CancellationToken ct)
        => new(Permitted.ContainsKey(question.Permission.Name) ? Decision.Yes(new Permit(question)) : Decision.No("access.denied"));
}

/// <summary>Keeps the connections there are, for tests that push.</summary>
internal sealed class FakeObserver : ILwsConnectionObserver
{
    public ConcurrentDictionary<DeviceId, ILwsConnection> Connected { get; } = new();

    public Func<ILwsConnection, bool> OnSignedIn { get; set; } = static _ => true;

    public System.Threading.Channels.Channel<DeviceId> Closed { get; } = System.Threading.Channels.Channel.CreateUnbounded<DeviceId>();

    public ValueTask<bool> SignedInAsync(ILwsConnection connection, CancellationToken ct)
    {
        Connected[connection.Subject.Device] = connection;
        return new(OnSignedIn(connection));
    }

    public ValueTask ClosedAsync(ILwsConnection connection)
    {
        Connected.TryRemove(connection.Subject.Device, out _);
        Closed.Writer.TryWrite(connection.Subject.Device);
        return default;
    }
}
