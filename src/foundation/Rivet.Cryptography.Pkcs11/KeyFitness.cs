using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>What a key must be, when it is made and each time it is found.</summary>
internal static class KeyFitness
{
    public const ulong Aes256 = 32;

    public static List<IObjectAttribute> Search(string label) =>
    [
        Is(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY),
        LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, label),
    ];

    public static List<IObjectAttribute> Template(string label, byte[] id, ModuleKeyUse use) =>
    [
        .. Search(label),
        LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_ID, id),
        LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES),
        LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_VALUE_LEN, Aes256),
        Is(CKA.CKA_TOKEN, true),
        Is(CKA.CKA_PRIVATE, true),
        Is(CKA.CKA_SENSITIVE, true),
        Is(CKA.CKA_EXTRACTABLE, false),
        Is(CKA.CKA_ENCRYPT, use == ModuleKeyUse.Encrypt),
        Is(CKA.CKA_DECRYPT, use == ModuleKeyUse.Encrypt),
        Is(CKA.CKA_WRAP, use == ModuleKeyUse.Wrap),
        Is(CKA.CKA_UNWRAP, use == ModuleKeyUse.Wrap),
    ];

    /// <summary>The only key of the label, if it is fit.</summary>
    /// <param name="session">A signed-in session.</param>
    /// <param name="label">The key's label.</param>
    /// <param name="use">What it must be for, and nothing else.</param>
    /// <param name="origin">Where it has to come from.</param>
    public static FoundKey Find(ISession session, string label, ModuleKeyUse use, KeyOrigin origin)
        => session.FindAllObjects(Search(label)) switch
        {
            [] => new(null, ModuleRefusal.NotFound),
            [var only] when IsFit(session, only, use, origin) => new(only, default),
            _ => new(null, ModuleRefusal.Unfit),
        };

    public static bool IsFit(ISession session, IObjectHandle key, ModuleKeyUse use, KeyOrigin origin)
    {
        var found = session.GetAttributeValue(key, (List<CKA>)
        [
            CKA.CKA_SENSITIVE, CKA.CKA_EXTRACTABLE, CKA.CKA_ENCRYPT, CKA.CKA_DECRYPT, CKA.CKA_WRAP, CKA.CKA_UNWRAP,
            CKA.CKA_LOCAL, CKA.CKA_NEVER_EXTRACTABLE, CKA.CKA_KEY_TYPE, CKA.CKA_VALUE_LEN,
        ]);
        var encrypts = use == ModuleKeyUse.Encrypt;
        return !found.Any(attribute => attribute.CannotBeRead)
            && Flag(0) && !Flag(1)
            && Flag(2) == encrypts && Flag(3) == encrypts && Flag(4) != encrypts && Flag(5) != encrypts
            && origin switch
            {
                KeyOrigin.Inside => Flag(6) && Flag(7),
                KeyOrigin.Imported => !Flag(6),
                _ => true,
            }
            && found[8].GetValueAsUlong() == (ulong)CKK.CKK_AES && (found[9].GetValueAsUlong() == Aes256 || IsUnsaid());

        // SoftHSM says 0 of a key that was unwrapped; its length was proven then.
        bool IsUnsaid() => origin == KeyOrigin.Imported && found[9].GetValueAsUlong() == 0;

        bool Flag(int index) => found[index].GetValueAsBool();
    }

    private static IObjectAttribute Is(CKA attribute, bool value) => LoadedLibrary.Factories.ObjectAttributeFactory.Create(attribute, value);

    private static IObjectAttribute Is(CKA attribute, CKO value) => LoadedLibrary.Factories.ObjectAttributeFactory.Create(attribute, value);
}

/// <summary>Where a key comes from, by CKA_LOCAL and CKA_NEVER_EXTRACTABLE.</summary>
internal enum KeyOrigin
{
    /// <summary>Made inside.</summary>
    Inside,

    /// <summary>Unwrapped inside.</summary>
    Imported,

    /// <summary>For tests.</summary>
    Any,
}

/// <summary>A key, or why there is none to use.</summary>
internal readonly record struct FoundKey(IObjectHandle? Handle, ModuleRefusal Refusal);
