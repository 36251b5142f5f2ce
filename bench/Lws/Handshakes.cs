using System.Diagnostics;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Bench.Lws;

/// <summary>What the handshake alone costs the server's side: its cryptography, without TLS, register or network.</summary>
internal static class Handshakes
{
    /// <summary>Microseconds of the server's side, on this thread.</summary>
    public static async Task<double> MeasureAsync(LinkPattern pattern, int count)
    {
        using var device = DeviceKeys.Create();
        using var server = DeviceKeys.Create();
        var secret = new byte[32];
        var ticket = new byte[16];
        var bindings = new ChannelBindings(new byte[32], new byte[32]);
        var client = new ClientTerms
        {
            ServerIdentity = server.Identity.PublicKey,
            ServerStatic = pattern == LinkPattern.FirstContact ? default : server.Static.PublicKey,
            Ticket = pattern == LinkPattern.Resumption ? new ClientTicket(ticket, secret) : null,
            Static = device.Static,
            Statement = new DeviceStatement { Keys = Bundle(device), SignIn = new SignIn() },
            Bindings = bindings,
        };
        var terms = new ServerTerms
        {
            Keys = Bundle(server), Static = server.Static, Bindings = bindings, FindTicket = _ => new ServerTicket(Bundle(device), secret),
        };
        var spent = new Stopwatch();
        for (var number = -50; number < count; number++)
        {
            if (number == 0)
            {
                spent.Reset();
            }

            var initiation = (await Initiation.StartAsync(client, LinkCryptography.Primitives, default)).Value;
            spent.Start();
            var responded = (await new AwaitingInitiate(terms, LinkCryptography.Primitives).AnswerAsync(initiation.Initiate, default)).Value;
            spent.Stop();
            using var ours = (await initiation.AcceptAsync(responded.Respond, default)).Value;
            spent.Start();
            using var theirs = (await responded.FinishAsync(ours.Finish, default)).Value;
            spent.Stop();
        }

        return spent.Elapsed.TotalMicroseconds / count;
    }

    private static KeyBundle Bundle(DeviceKeys keys) => StaticKeys.Bundle(
        keys.Identity.PublicKey.Span, keys.Static.PublicKey.Span, keys.Identity.Sign(StaticKeys.ToSign(keys.Static.PublicKey.Span)));
}
