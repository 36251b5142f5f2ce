using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>Who this device and its person are, and which server they belong to.</summary>
public sealed record Profile
{
    /// <summary>This device.</summary>
    public required DeviceId Device { get; init; }

    /// <summary>Its person.</summary>
    public required PersonId Person { get; init; }

    /// <summary>The company.</summary>
    public required CompanyId Company { get; init; }

    /// <summary>The company's name when last signed in.</summary>
    public required string CompanyName { get; init; }

    /// <summary>The person's name when last signed in.</summary>
    public required string PersonName { get; init; }

    /// <summary>The name given to this device when it joined.</summary>
    public required string DeviceName { get; init; }

    /// <summary>The person's role when last signed in.</summary>
    public required Role Role { get; init; }

    /// <summary>The server's host name or address.</summary>
    public required string Host { get; init; }

    /// <summary>The server's port.</summary>
    public required int Port { get; init; }

    /// <summary>The identity key the server must prove, 32 bytes; a public value.</summary>
    public required ReadOnlyMemory<byte> ServerKey { get; init; }
}
