using System.Buffers;
using System.Net.WebSockets;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Link.Dialling;

/// <summary>Reaches a server and signs in: the handshake of docs/protocol/lws.md over whatever carries it.</summary>
internal sealed class LinkDialer(ReachServer reach, LinkTerms terms)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A server that refuses who used a ticket or its static key may have forgotten the one or changed the other: then once more,
    /// as at first contact, which proves more and not less.
    /// </summary>
    public async Task<Result<Dialled, LinkRefusal>> DialAsync(CancellationToken ct)
    {
        // A code is shown only to a server that proved itself.
        var (ticket, known) = terms.Join is null ? (terms.Memory.TakeTicket(terms.Time), terms.Memory.ServerStatic) : default;
        var dialled = await DialOnceAsync(ticket, known, ct);
        if ((ticket is null && known.IsEmpty) || dialled.IsOk || dialled.Refusal is not (LinkRefusal.Refused or LinkRefusal.WrongServerKey))
        {
            return dialled;
        }

        terms.Memory.Forget();
        return await DialOnceAsync(null, default, ct);
    }

    private async Task<Result<Dialled, LinkRefusal>> DialOnceAsync(ClientTicket? ticket, ReadOnlyMemory<byte> known, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, terms.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        LinkWire? wire = null;
        var kept = false;
        try
        {
            if (!(await reach(either.Token)).TryGet(out wire, out var unreached))
            {
                return unreached;
            }

            var signedIn = await SignInAsync(wire, ticket, known, either.Token);
            kept = signedIn.IsOk;
            return signedIn;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return LinkRefusal.Unreachable;
        }
        catch (Exception lost) when (lost is IOException or WebSocketException)
        {
            return LinkRefusal.Unavailable;
        }
        finally
        {
            if (!kept)
            {
                wire?.Dispose();
            }
        }
    }

    private async Task<Result<Dialled, LinkRefusal>> SignInAsync(
        LinkWire wire, ClientTicket? ticket, ReadOnlyMemory<byte> known, CancellationToken ct)
    {
        var handshake = new HandshakeLine(wire.Stream, terms.Recorder);
        var agreed = await AgreeAsync(handshake, wire.Bindings, ticket, known, ct);
        if (!agreed.TryGet(out var link, out var why))
        {
            return why;
        }

        terms.Memory.Learn(link.ServerStatic, link.HighestVersion);
        if (!link.Finish.IsEmpty)
        {
            await handshake.SendAsync(FrameType.Finish, link.Finish, ct);
        }

        terms.Recorder?.Agreed(link.Terms.Cipher);
        var line = new RecordLine(wire, handshake.Input, link.Records, terms.Recorder);
        await line.WriteAsync(FrameWriter.ToArray(FrameType.Ready, Method.None, 0, null), ct);
        var read = await line.ReadAsync(ct);
        if (read == RecordRead.Ended)
        {
            return LinkRefusal.Unavailable;
        }

        if (read == RecordRead.Clear)
        {
            return (await handshake.ReadAsync(FrameType.Close, ct)).TryGet(out var close, out var broken) ? HandshakeLine.Why(close.Body) : broken;
        }

        return read == RecordRead.Broken || line.TryTake(out var frame) != FrameStatus.Complete ? LinkRefusal.ProtocolError
            : frame.Type == FrameType.Close ? HandshakeLine.Why(frame.Body.ToArray())
            : frame.Type == FrameType.Welcome && Welcomes.TryRead(frame.Body.ToArray()) is { } welcome ? new Dialled(line, welcome, link.Terms)
            : LinkRefusal.ProtocolError;
    }

    /// <summary>The handshake of docs/protocol/lws.md, up to the keys.</summary>
    private async Task<Result<ClientLink, LinkRefusal>> AgreeAsync(
        HandshakeLine line, ChannelBindings? bindings, ClientTicket? ticket, ReadOnlyMemory<byte> known, CancellationToken ct)
    {
        if (await StatementAsync(ct) is not { } statement
            || !(await Initiation.StartAsync(Terms(statement, bindings, ticket, known), Primitives(), ct)).TryGet(out var initiation, out _))
        {
            return LinkRefusal.Unavailable;
        }

        await line.SendAsync(FrameType.Initiate, initiation.Initiate, ct);
        if (!(await line.ReadRespondAsync(initiation.Initiate, ct)).TryGet(out var respond, out var why))
        {
            initiation.Dispose();
            return why;
        }

        var accepted = await initiation.AcceptAsync(respond, ct);
        if (accepted.TryGet(out var link, out var refusal))
        {
            return link;
        }

        await line.SendAsync(FrameType.Close, new Close { Reason = CloseReason.Refused }.ToByteArray(), ct);
        return refusal switch
        {
            AgreementRefusal.Downgraded => LinkRefusal.VersionMismatch,
            AgreementRefusal.Unavailable => LinkRefusal.Unavailable,
            _ => LinkRefusal.WrongServerKey,
        };
    }

    /// <summary>The device's keys and what it wants; null while the identity key's holder cannot sign.</summary>
    private async Task<DeviceStatement?> StatementAsync(CancellationToken ct)
    {
        var staticKey = terms.Static.PublicKey;
        if (await terms.Identity.SignAsync(StaticKeys.ToSign(staticKey.Span), ct) is not { } signature)
        {
            return null;
        }

        var keys = StaticKeys.Bundle(terms.Identity.PublicKey.Span, staticKey.Span, signature);
        return terms.Join is { } join ? new DeviceStatement { Keys = keys, Join = join } : new DeviceStatement { Keys = keys, SignIn = new SignIn() };
    }

    private ClientTerms Terms(DeviceStatement statement, ChannelBindings? bindings, ClientTicket? ticket, ReadOnlyMemory<byte> known) => new()
    {
        ServerIdentity = terms.ServerKey,
        ServerStatic = known,
        Ticket = ticket,
        HighestVersion = terms.Memory.HighestVersion,
        Static = terms.Static,
        Statement = statement,
        Bindings = bindings,
    };

    private LinkPrimitives Primitives() => terms.Recorder is null
        ? terms.Primitives
        : terms.Primitives with { Aeads = terms.Recorder.Watch(terms.Primitives.Aeads) };
}

/// <summary>A signed-in connection, not yet read from behind its welcome.</summary>
internal sealed record Dialled(RecordLine Line, Welcome Welcome, AgreedTerms Terms);
