using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Link.Recording;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>What a device brings to a link. Everything stays the caller's.</summary>
public sealed record LinkTerms
{
    /// <summary>The Ed25519 identity key the server must prove, 32 bytes; a public value, pinned through the invitation.</summary>
    public required ReadOnlyMemory<byte> ServerKey { get; init; }

    /// <summary>The identity key the device is known by.</summary>
    public required ISigner Identity { get; init; }

    /// <summary>The static key that the identity key signs.</summary>
    public required IKeyAgreement Static { get; init; }

    /// <summary>The primitives of this end.</summary>
    public required LinkPrimitives Primitives { get; init; }

    /// <summary>How a new device joins; null for a known one.</summary>
    public Join? Join { get; init; }

    /// <summary>What is known of this server, and learns more.</summary>
    public ServerMemory Memory { get; init; } = new();

    /// <summary>The clock of time limits and keep-alive.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Draws the keep-alive's moment: a number from 0 to below the one given.</summary>
    public Func<int, int> Chance { get; init; } = RandomNumberGenerator.GetInt32;

    /// <summary>Writes down what passes; null for nobody.</summary>
    public LinkRecorder? Recorder { get; init; }
}
