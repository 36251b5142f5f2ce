using Rivet.Kernel;
using Rivet.Lws.Noise;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>
/// The server's second state: it answered. At first contact it waits for the finish; otherwise it has all it needs, but
/// acts only when the client's first record has opened.
/// </summary>
public sealed class Responded : IDisposable
{
    private readonly HandshakeState noise;
    private readonly LinkPrimitives primitives;
    private readonly Prefix prefix;
    private readonly ServerAnswer answer;
    private readonly DeviceStatement? statement;

    internal Responded(
        HandshakeState noise, LinkPrimitives primitives, Prefix prefix, ServerAnswer answer, DeviceStatement? statement, byte[] respond)
    {
        this.noise = noise;
        this.primitives = primitives;
        this.prefix = prefix;
        this.answer = answer;
        this.statement = statement;
        Respond = respond;
    }

    /// <summary>The body of the respond frame, to be sent as it is.</summary>
    public ReadOnlyMemory<byte> Respond { get; }

    /// <summary>Whether the client's finish is awaited, or already its records.</summary>
    public bool AwaitsFinish => prefix.Pattern == LinkPattern.FirstContact;

    /// <summary>Judges the finish, where one is awaited, and gives the link.</summary>
    /// <param name="finish">The body of the finish frame; empty where none is awaited.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<Result<ServerLink, AgreementRefusal>> FinishAsync(ReadOnlyMemory<byte> finish, CancellationToken ct)
    {
        using (this)
        {
            var said = statement;
            if (AwaitsFinish)
            {
                said = await noise.ReadAsync(finish, ct) is { } payload
                    ? await Statements.TryProveAsync(payload, noise.RemoteStatic, primitives.Verifier, ct)
                    : null;
            }

            if (said is null)
            {
                return AgreementRefusal.Unproven;
            }

            var keys = noise.Split();
            return new ServerLink
            {
                Keys = said.Keys,
                Join = said.Join,
                Ticket = prefix.Ticket.Memory,
                Terms = new AgreedTerms
                {
                    Version = answer.Version,
                    Features = [.. answer.ChosenFeatures],
                    Pattern = prefix.Pattern,
                    Cipher = prefix.Cipher,
                    Binding = prefix.Binding,
                    HandshakeHash = keys.HandshakeHash,
                },
                Records = new RecordPair(keys, primitives),
            };
        }
    }

    /// <summary>Forgets what is secret.</summary>
    public void Dispose() => noise.Dispose();
}

/// <summary>
/// The server's last state: keys are agreed with whoever holds the device's static key. Until the first record opens it may
/// be a replay, except after a finish.
/// </summary>
public sealed record ServerLink : IDisposable
{
    /// <summary>The device's public keys; the identity owns the static key.</summary>
    public required KeyBundle Keys { get; init; }

    /// <summary>How a new device wants to join; null for one that says it is known.</summary>
    public required Join? Join { get; init; }

    /// <summary>The ticket to use up when the first record opens; empty for none.</summary>
    public required ReadOnlyMemory<byte> Ticket { get; init; }

    /// <summary>What was agreed.</summary>
    public required AgreedTerms Terms { get; init; }

    /// <summary>Seals and opens from here on.</summary>
    public required RecordPair Records { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Records.Dispose();
}
