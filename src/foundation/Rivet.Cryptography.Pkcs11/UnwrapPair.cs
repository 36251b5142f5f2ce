using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.MechanismParams;
using Rivet.Kernel;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>The key pair through which one key comes in: what it must be, and the import itself.</summary>
internal static class UnwrapPair
{
    private const ulong ModulusBits = 4096;
    private const int ModulusBytes = 512;

    /// <summary>RFC 5649 makes 40 bytes of 25 to 32, and authenticates their number; AES has no key between 24 and 32.</summary>
    private const int WrappedAes256 = 40;

    private static readonly byte[] Exponent = [1, 0, 1];

    /// <summary>The ways that the token lists, the strongest first; whether it goes them is seen by trying.</summary>
    public static IReadOnlyList<Way> Ways(ISlot slot, bool allowsSha1)
    {
        var offered = slot.GetMechanismList();
        var inTwo = offered.Contains(CKM.CKM_RSA_PKCS_OAEP) && offered.Contains(CKM.CKM_AES_KEY_WRAP_PAD);
        var inOne = offered.Contains(CKM.CKM_RSA_AES_KEY_WRAP);
        return
        [
            .. from wrapping in allowsSha1 ? (ImportWrapping[])[ImportWrapping.RsaAesSha256, ImportWrapping.RsaAesSha1] : [ImportWrapping.RsaAesSha256]
               from isOneCall in (bool[])[true, false]
               where isOneCall ? inOne : inTwo
               select new Way(wrapping, isOneCall),
        ];
    }

    /// <summary>Both halves, and what else bears the label.</summary>
    public static List<IObjectHandle> Halves(ISession session, string label)
        => [.. session.FindAllObjects(Search(label, CKO.CKO_PRIVATE_KEY)), .. session.FindAllObjects(Search(label, CKO.CKO_PUBLIC_KEY))];

    public static void Generate(ISession session, string label, byte[] id)
    {
        using var mechanism = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_RSA_PKCS_KEY_PAIR_GEN);
        session.GenerateKeyPair(
            mechanism,
            [
                .. Named(label, id), Is(CKA.CKA_TOKEN, true), Is(CKA.CKA_PRIVATE, true),
                LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_MODULUS_BITS, ModulusBits),
                LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_PUBLIC_EXPONENT, Exponent),
                Is(CKA.CKA_ENCRYPT, false), Is(CKA.CKA_VERIFY, false), Is(CKA.CKA_WRAP, false),
            ],
            [
                .. Named(label, id), Is(CKA.CKA_TOKEN, true), Is(CKA.CKA_PRIVATE, true), Is(CKA.CKA_SENSITIVE, true), Is(CKA.CKA_EXTRACTABLE, false),
                Is(CKA.CKA_DECRYPT, false), Is(CKA.CKA_SIGN, false), Is(CKA.CKA_UNWRAP, true),
            ],
            out _,
            out _);
    }

    /// <summary>The fit pair of a label, with the first way in which a throw-away key comes in.</summary>
    public static Result<UnwrapKeyPair, ModuleRefusal> Find(ISession session, string label, IReadOnlyList<Way> ways)
    {
        var found = FindPrivate(session, label);
        if (found.Handle is not { } key)
        {
            return found.Refusal;
        }

        // Of the private key itself: whoever may write to the token may exchange the public half.
        var numbers = session.GetAttributeValue(key, (List<CKA>)[CKA.CKA_MODULUS, CKA.CKA_PUBLIC_EXPONENT]);
        using var rsa = RSA.Create(new RSAParameters { Modulus = numbers[0].GetValueAsByteArray(), Exponent = numbers[1].GetValueAsByteArray() });
        var spki = rsa.ExportSubjectPublicKeyInfo();
        foreach (var way in ways)
        {
            var pair = new UnwrapKeyPair(label, spki, way.Wrapping) { IsOneCall = way.IsOneCall };
            if (Proves(session, key, pair, rsa))
            {
                return pair;
            }
        }

        return ModuleRefusal.NotOffered;
    }

    public static FoundKey FindPrivate(ISession session, string label)
        => session.FindAllObjects(Search(label, CKO.CKO_PRIVATE_KEY)) switch
        {
            [] => new(null, ModuleRefusal.NotFound),
            [var only] when IsFit(session, only) => new(only, default),
            _ => new(null, ModuleRefusal.Unfit),
        };

    /// <summary>Unwraps the key to stay. False when what was wrapped is no AES-256 key or not for this pair.</summary>
    /// <exception cref="Pkcs11Exception">The module fails.</exception>
    public static bool Import(ISession session, IObjectHandle key, UnwrapKeyPair pair, byte[] wrapped, string label, byte[] id)
    {
        if (wrapped.Length != ModulusBytes + WrappedAes256)
        {
            return false;
        }

        try
        {
            var come = UnwrapInside(session, key, pair, wrapped, KeyTemplate(label, id, stays: true));
            if (KeyFitness.IsFit(session, come, ModuleKeyUse.Encrypt, KeyOrigin.Imported) && Seals(session, come))
            {
                return true;
            }

            session.DestroyObject(come);
            return false;
        }
        catch (Pkcs11Exception)
        {
            // Modules say in many words that a wrapped key is wrong. One that still imports a right one has looked at it.
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(pair.PublicKey.Span, out _);
            if (Proves(session, key, pair, rsa))
            {
                return false;
            }

            throw;
        }
    }

    private static bool Seals(ISession session, IObjectHandle key)
    {
        try
        {
            var moduleMakesNonce = false;
            return GcmCall.Encrypt(session, key, [1], [], ref moduleMakesNonce).Length > 0;
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    public static bool Destroy(ISession session, string label)
    {
        var halves = Halves(session, label);
        halves.ForEach(session.DestroyObject);
        return halves.Count > 0;
    }

    /// <summary>A random key wrapped here and unwrapped there, for the session only.</summary>
    private static bool Proves(ISession session, IObjectHandle key, UnwrapKeyPair pair, RSA rsa)
    {
        using var carrier = Aes.Create();
        carrier.KeySize = 256;
        var thrownAway = RandomNumberGenerator.GetBytes(32);
        byte[] wrapped = [.. rsa.Encrypt(carrier.Key, PaddingOf(pair.Wrapping)), .. carrier.EncryptKeyWrapPadded(thrownAway)];
        try
        {
            session.DestroyObject(UnwrapInside(session, key, pair, wrapped, KeyTemplate("rivet-proof", [0], stays: false)));
            return true;
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(thrownAway);
        }
    }

    private static IObjectHandle UnwrapInside(ISession session, IObjectHandle key, UnwrapKeyPair pair, byte[] wrapped, List<IObjectAttribute> template)
    {
        using var oaep = OaepOf(pair.Wrapping);
        if (pair.IsOneCall)
        {
            using var parameters = LoadedLibrary.Factories.MechanismParamsFactory.CreateCkRsaAesKeyWrapParams(256, oaep);
            using var inOne = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_RSA_AES_KEY_WRAP, parameters);
            return session.UnwrapKey(inOne, key, wrapped, template);
        }

        using var first = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_RSA_PKCS_OAEP, oaep);
        var carrier = session.UnwrapKey(first, key, wrapped[..ModulusBytes], CarrierTemplate());
        try
        {
            // Some modules, SoftHSM among them, say 0 of a key that was unwrapped.
            if (session.GetAttributeValue(carrier, (List<CKA>)[CKA.CKA_VALUE_LEN])[0] is { CannotBeRead: false } length && length.GetValueAsUlong() is not (0 or KeyFitness.Aes256))
            {
                throw new Pkcs11Exception("C_UnwrapKey", CKR.CKR_WRAPPED_KEY_LEN_RANGE);
            }

            using var second = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_AES_KEY_WRAP_PAD);
            return session.UnwrapKey(second, carrier, wrapped[ModulusBytes..], template);
        }
        finally
        {
            session.DestroyObject(carrier);
        }
    }

    private static bool IsFit(ISession session, IObjectHandle key)
    {
        var found = session.GetAttributeValue(key, (List<CKA>)
        [
            CKA.CKA_SENSITIVE, CKA.CKA_EXTRACTABLE, CKA.CKA_DECRYPT, CKA.CKA_SIGN, CKA.CKA_UNWRAP,
            CKA.CKA_LOCAL, CKA.CKA_NEVER_EXTRACTABLE, CKA.CKA_KEY_TYPE, CKA.CKA_MODULUS, CKA.CKA_PUBLIC_EXPONENT,
        ]);
        return !found.Any(attribute => attribute.CannotBeRead)
            && Flag(0) && !Flag(1) && !Flag(2) && !Flag(3) && Flag(4) && Flag(5) && Flag(6)
            && found[7].GetValueAsUlong() == (ulong)CKK.CKK_RSA
            && found[8].GetValueAsByteArray().Length == ModulusBytes && found[9].GetValueAsByteArray().AsSpan().SequenceEqual(Exponent);

        bool Flag(int index) => found[index].GetValueAsBool();
    }

    private static List<IObjectAttribute> KeyTemplate(string label, byte[] id, bool stays) =>
    [
        Is(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES),
        .. Named(label, id), Is(CKA.CKA_TOKEN, stays), Is(CKA.CKA_PRIVATE, true), Is(CKA.CKA_SENSITIVE, true), Is(CKA.CKA_EXTRACTABLE, false),
        Is(CKA.CKA_ENCRYPT, true), Is(CKA.CKA_DECRYPT, true), Is(CKA.CKA_WRAP, false), Is(CKA.CKA_UNWRAP, false),
    ];

    /// <summary>The key between, which lives as long as the two calls.</summary>
    private static List<IObjectAttribute> CarrierTemplate() =>
    [
        Is(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES),
        Is(CKA.CKA_TOKEN, false), Is(CKA.CKA_PRIVATE, true), Is(CKA.CKA_SENSITIVE, true), Is(CKA.CKA_EXTRACTABLE, false),
        Is(CKA.CKA_ENCRYPT, false), Is(CKA.CKA_DECRYPT, false), Is(CKA.CKA_WRAP, false), Is(CKA.CKA_UNWRAP, true),
    ];

    private static ICkRsaPkcsOaepParams OaepOf(ImportWrapping wrapping)
    {
        var (hash, mask) = wrapping == ImportWrapping.RsaAesSha256 ? (CKM.CKM_SHA256, CKG.CKG_MGF1_SHA256) : (CKM.CKM_SHA_1, CKG.CKG_MGF1_SHA1);
        return LoadedLibrary.Factories.MechanismParamsFactory.CreateCkRsaPkcsOaepParams((ulong)hash, (ulong)mask, (ulong)CKZ.CKZ_DATA_SPECIFIED, null);
    }

    private static RSAEncryptionPadding PaddingOf(ImportWrapping wrapping)
        => wrapping == ImportWrapping.RsaAesSha256 ? RSAEncryptionPadding.OaepSHA256 : RSAEncryptionPadding.OaepSHA1;

    private static List<IObjectAttribute> Search(string label, CKO kind) =>
        [Is(CKA.CKA_CLASS, kind), LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, label)];

    private static List<IObjectAttribute> Named(string label, byte[] id) =>
    [
        LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, label), LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_ID, id),
    ];

    private static IObjectAttribute Is(CKA attribute, bool value) => LoadedLibrary.Factories.ObjectAttributeFactory.Create(attribute, value);

    private static IObjectAttribute Is(CKA attribute, CKO value) => LoadedLibrary.Factories.ObjectAttributeFactory.Create(attribute, value);

    /// <summary>How a key is wrapped, and in how many calls it is unwrapped.</summary>
    public readonly record struct Way(ImportWrapping Wrapping, bool IsOneCall);
}
