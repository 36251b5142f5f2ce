using System.Security.Cryptography;
using Rivet.Cryptography.Bouncy;
using static Rivet.Cryptography.Tests.Wycheproof;

namespace Rivet.Cryptography.Tests;

public sealed class MlKem768Tests
{
    [Fact]
    public void Create_EverySeedVector_GivesTheKey()
    {
        var count = 0;
        foreach (var (_, test) in Vectors("mlkem_768_keygen_seed_test.json"))
        {
            using var made = Known(Bytes(test, "seed")).Create();
            Assert.True(made.EncapsulationKey.Span.SequenceEqual(Bytes(test, "ek")), Name(test));
            count++;
        }

        Assert.Equal(100, count);
    }

    [Fact]
    public void Decapsulate_EveryVector_IsJudgedAsExpected()
    {
        var (count, refused) = (0, 0);
        foreach (var (_, test) in Vectors("mlkem_768_test.json"))
        {
            var seed = Bytes(test, "seed");
            if (seed.Length != MlKem768.SeedSize)
            {
                Assert.False(IsValid(test), Name(test));
                continue; // Seeds are drawn here, never received.
            }

            using var made = Known(seed).Create();
            var secret = made.TryDecapsulate(Bytes(test, "c"));
            Assert.True(IsValid(test) ? secret.AsSpan().SequenceEqual(Bytes(test, "K")) : secret is null, Name(test));
            refused += secret is null ? 1 : 0;
            count++;
        }

        Assert.True(count > 150);
        Assert.True(refused > 0);
    }

    [Fact]
    public void Encapsulate_EveryVector_IsJudgedAsExpected()
    {
        var (count, refused) = (0, 0);
        foreach (var (_, test) in Vectors("mlkem_768_encaps_test.json"))
        {
            var made = Known(Bytes(test, "m")).TryEncapsulate(Bytes(test, "ek"));
            Assert.True(
                IsValid(test)
                    ? made!.Ciphertext.AsSpan().SequenceEqual(Bytes(test, "c")) && made.SharedSecret.AsSpan().SequenceEqual(Bytes(test, "K"))
                    : made is null,
                Name(test));
            refused += made is null ? 1 : 0;
            count++;
        }

        Assert.Equal(265, count);
        Assert.Equal(132, refused);
    }

    [Fact]
    public void Secrets_OfBothSides_AreTheSameAndFreshEachTime()
    {
        var kem = new MlKem768();
        using var made = kem.Create();
        using var other = kem.Create();
        var first = kem.TryEncapsulate(made.EncapsulationKey.Span)!;
        var second = kem.TryEncapsulate(made.EncapsulationKey.Span)!;

        Assert.Equal(first.SharedSecret, made.TryDecapsulate(first.Ciphertext));
        Assert.Equal(second.SharedSecret, made.TryDecapsulate(second.Ciphertext));
        Assert.NotEqual(first.SharedSecret, second.SharedSecret);
        Assert.NotEqual(made.EncapsulationKey.ToArray(), other.EncapsulationKey.ToArray());
        Assert.NotEqual(first.SharedSecret, other.TryDecapsulate(first.Ciphertext));
    }

    [Fact]
    public void Decapsulate_ChangedCiphertext_GivesASecretOfItsOwn()
    {
        var kem = new MlKem768();
        using var made = kem.Create();
        var encapsulated = kem.TryEncapsulate(made.EncapsulationKey.Span)!;
        for (var at = 0; at < KemSizes.Ciphertext; at += 17)
        {
            encapsulated.Ciphertext[at] ^= 1;
            var rejected = made.TryDecapsulate(encapsulated.Ciphertext);
            Assert.NotEqual(encapsulated.SharedSecret, rejected);
            Assert.Equal(rejected, made.TryDecapsulate(encapsulated.Ciphertext));
            encapsulated.Ciphertext[at] ^= 1;
        }
    }

    [Fact]
    public void Inputs_OfAnyLengthOrNoise_NeverThrow()
    {
        var kem = new MlKem768();
        using var made = kem.Create();
        foreach (var length in new[] { 0, 1, 31, 32, 1087, 1088, 1089, 1183, 1184, 1185, 2400, 65535 })
        {
            var noise = RandomNumberGenerator.GetBytes(length);
            Assert.Null(kem.TryEncapsulate(noise)); // 768 random numbers below the modulus: once in 2^230.
            Assert.Equal(length == KemSizes.Ciphertext, made.TryDecapsulate(noise) is not null);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(766, 383)]
    [InlineData(767, 383)]
    public void Encapsulate_OneNumberAtTheModulus_IsRefused(int number, int group)
    {
        var kem = new MlKem768();
        using var made = kem.Create();
        var key = made.EncapsulationKey.ToArray();
        var at = group * 3;
        Assert.Equal(group, number / 2);
        SetNumber(key.AsSpan(at, 3), number % 2, 3328);
        Assert.NotNull(kem.TryEncapsulate(key));
        SetNumber(key.AsSpan(at, 3), number % 2, 3329);
        Assert.Null(kem.TryEncapsulate(key));
    }

    [Fact]
    public void Dispose_ThenUse_Throws()
    {
        var made = new MlKem768().Create();
        made.Dispose();
        Assert.Throws<ObjectDisposedException>(() => made.TryDecapsulate(new byte[KemSizes.Ciphertext]));
    }

    [Fact]
    public void Secrets_AsText_AreRedacted()
    {
        var kem = new MlKem768();
        using var made = kem.Create();
        Assert.Equal("[redacted]", made.ToString());
        Assert.Equal("[redacted]", kem.TryEncapsulate(made.EncapsulationKey.Span)!.ToString());
    }

    /// <summary>Draws exactly these bytes; another number of them is a fault.</summary>
    private static MlKem768 Known(byte[] random) => new(span =>
    {
        Assert.Equal(random.Length, span.Length);
        random.CopyTo(span);
    });

    private static void SetNumber(Span<byte> three, int which, int value)
    {
        if (which == 0)
        {
            three[0] = (byte)value;
            three[1] = (byte)((three[1] & 0xF0) | (value >> 8));
        }
        else
        {
            three[1] = (byte)((three[1] & 0x0F) | ((value & 0x0F) << 4));
            three[2] = (byte)(value >> 4);
        }
    }
}
