using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Rivet.Cryptography.Tpm;

/// <summary>
/// Where a TPM 2.0 is: a device that takes commands and shares the TPM among its users (<c>/dev/tpmrm0</c>), or <c>tcp:HOST:PORT</c> of a software TPM on
/// this machine, which is for trying things out.
/// </summary>
public sealed record TpmPlace
{
    private TpmPlace(string? device, IPEndPoint? address) => (Device, Address) = (device, address);

    /// <summary>The device's path.</summary>
    internal string? Device { get; }

    /// <summary>The software TPM's address.</summary>
    internal IPEndPoint? Address { get; }

    /// <summary>Whether it is a program, whatever it says of itself.</summary>
    public bool IsSoftware => Address is not null;

    /// <summary>An absolute path, or an address of this machine; a TPM of another machine would bind nothing to this one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TpmPlace? place)
    {
        place = null;
        if (text.Length is 0 or > 256 || text.Any(char.IsControl))
        {
            return false;
        }

        if (text.StartsWith("tcp:", StringComparison.Ordinal))
        {
            var last = text.LastIndexOf(':');
            var host = last > 4 ? text[4..last].Trim('[', ']') : "";
            var address = host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var parsed) ? parsed : null;
            if (address is not null && IPAddress.IsLoopback(address)
                && ushort.TryParse(text.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            {
                place = new(null, new(address, port));
            }
        }
        else if (Path.IsPathFullyQualified(text))
        {
            place = new(text, null);
        }

        return place is not null;
    }

    /// <summary>As it is parsed.</summary>
    public override string ToString() => Device ?? $"tcp:{Address}";
}
