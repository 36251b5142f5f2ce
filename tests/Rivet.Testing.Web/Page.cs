using System.Runtime.InteropServices.JavaScript;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.WebCrypto;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Dialling;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Testing.Web;

/// <summary>What the page's script can call: one device of this browser and its one link.</summary>
public static partial class Page
{
    private const string DeviceName = "test";

    private static ServerMemory memory = new();
    private static LwsLink? link;

    [JSExport]
    public static Task LoadAsync(string script) => WebCrypto.LoadAsync(script, CancellationToken.None);

    /// <summary>Joins with an invitation, or signs in as the device that did, at the page's own server.</summary>
    /// <param name="server">Address of the server's pages.</param>
    /// <param name="invitation">The invitation's text.</param>
    /// <param name="person">The name of the person who joins; empty to sign in.</param>
    /// <param name="managedKem">Whether ML-KEM is computed in this program even where the browser has it.</param>
    [JSExport]
    public static async Task<string> ConnectAsync(string server, string invitation, string person, bool managedKem)
    {
        await LeaveAsync();
        using var device = await WebDevice.OpenAsync(DeviceName);
        if (device is null || !InvitationLink.TryParse(invitation, out var parsed))
        {
            return JsonSerializer.Serialize(device is null ? "no keys" : "no invitation", Facts.Default.String);
        }

        var terms = new LinkTerms
        {
            ServerKey = parsed.ServerKey,
            Identity = device.Identity,
            Static = device.Static,
            Primitives = new LinkPrimitives
            {
                Aeads = new WebAeads(),
                Ephemeral = WebAgreement.CreateEphemeralAsync,
                Kem = managedKem || !await WebCrypto.HasKemAsync() ? new MlKem768() : new WebKem(),
                Verifier = new WebVerifier(),
            },
            Join = person.Length == 0 ? null : new Join { Code = ByteString.CopyFrom(parsed.Code.Bytes), PersonName = person, DeviceName = "Browser" },
            Memory = memory,
            Time = TimeProvider.System,
        };
        var connected = await LwsLink.ConnectAsync(WebWire.To(new Uri(server)), terms, CancellationToken.None);
        if (!connected.TryGet(out link, out var why))
        {
            return JsonSerializer.Serialize(why.ToString(), Facts.Default.String);
        }

        return JsonSerializer.Serialize(
            new LinkFacts(link.Welcome.Binding.ToString(), link.Terms.Pattern.ToString(), link.Terms.Binding.ToString(), Convert.ToHexString(device.Identity.PublicKey.Span)),
            Facts.Default.LinkFacts);
    }

    /// <summary>Says goodbye.</summary>
    [JSExport]
    public static async Task LeaveAsync()
    {
        if (link is not null)
        {
            await link.DisposeAsync();
        }
    }

    /// <summary>Says goodbye, and forgets what was learnt of the server: the next contact is a first one.</summary>
    [JSExport]
    public static async Task ForgetAsync()
    {
        await LeaveAsync();
        memory = new ServerMemory();
    }

    /// <summary>Sends so many messages one after the other, each sent back before the next; gives the milliseconds of one.</summary>
    [JSExport]
    public static async Task<double> EchoAsync(int size, int count)
    {
        var (sent, received) = (new byte[size], new byte[size]);
        await using var stream = link!.OpenStream(Method.StreamEcho, new StreamEchoRequest(), StreamEchoResponse.Parser).Value;
        var began = TimeProvider.System.GetTimestamp();
        for (var at = 0; at < count; at++)
        {
            Random.Shared.NextBytes(sent);
            await stream.WriteAsync(sent, CancellationToken.None);
            for (var read = 0; read < size;)
            {
                read += await stream.ReadAsync(received.AsMemory(read), CancellationToken.None) is var some and > 0 ? some : throw new IOException("The stream ended.");
            }

            if (!sent.AsSpan().SequenceEqual(received))
            {
                throw new InvalidDataException("Other bytes came back.");
            }
        }

        return TimeProvider.System.GetElapsedTime(began).TotalMilliseconds / count;
    }
}

/// <summary>What a link is, for the test that asked.</summary>
/// <param name="Welcome">The binding as the server said it.</param>
/// <param name="Pattern">The handshake's pattern.</param>
/// <param name="Binding">The binding as this end knows it.</param>
/// <param name="Device">The device's identity key.</param>
internal sealed record LinkFacts(string Welcome, string Pattern, string Binding, string Device);

[JsonSerializable(typeof(LinkFacts))]
[JsonSerializable(typeof(Judged))]
[JsonSerializable(typeof(string))]
internal sealed partial class Facts : JsonSerializerContext;
