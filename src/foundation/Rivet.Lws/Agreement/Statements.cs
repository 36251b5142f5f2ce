using Rivet.Cryptography;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>Judges what a device says of itself.</summary>
internal static class Statements
{
    /// <summary>
    /// The statement, when it says a purpose and its identity owns the static key that Noise proved; null otherwise. Its keys are what was
    /// judged and nothing else. Whether that identity may use the link is the register's to say.
    /// </summary>
    public static async ValueTask<DeviceStatement?> TryProveAsync(
        ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> provenStatic, ISignatureVerifier verifier, CancellationToken ct)
    {
        if (!Protobuf.TryParse(DeviceStatement.Parser, bytes, out var statement)
            || !Offer.HasSizes(statement.Keys)
            || statement.PurposeCase == DeviceStatement.PurposeOneofCase.None
            || !statement.Keys.StaticKey.Span.SequenceEqual(provenStatic.Span)
            || !await verifier.VerifyAsync(
                statement.Keys.IdentityKey.Memory, StaticKeys.ToSign(provenStatic.Span), statement.Keys.StaticSignature.Memory, ct))
        {
            return null;
        }

        var keys = statement.Keys;
        statement.Keys = StaticKeys.Bundle(keys.IdentityKey.Span, keys.StaticKey.Span, keys.StaticSignature.Span);
        return statement;
    }
}
