using Rivet.Cryptography.Sodium;
using Rivet.Testing;

namespace Rivet.Container.Tests;

internal static class Homes
{
    public static readonly PassphraseCost Cheap = new(8 * 1024, 1);

    public static ContainerPlace Place(TempFolder folder, string name = "home")
        => new() { Home = folder[name], KeyFolder = folder["keys"] };

    public static Passphrase Phrase(string text)
        => Passphrase.TryCreate(text, out var passphrase) ? passphrase : throw new ArgumentException("no passphrase", nameof(text));

    public static DeviceContainer Create(ContainerPlace place, string? passphrase = null)
        => DeviceContainer.Create(place, passphrase is null ? null : Phrase(passphrase), Cheap).Value;

    public static byte[] Key(byte id, ulong sequence)
    {
        var key = new byte[24];
        key.AsSpan(0, 16).Fill(id);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(16), sequence);
        return key;
    }

    public static void Put(DeviceContainer container, byte kind, byte[] key, ReadOnlySpan<byte> value)
    {
        var copy = value.ToArray();
        Assert.True(container.Write(write =>
        {
            write.Put(kind, key, copy);
            return true;
        }).IsOk);
    }
}
