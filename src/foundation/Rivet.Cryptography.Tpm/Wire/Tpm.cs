namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>Numbers of TPM 2.0 Library, part 2 (Structures), revision 1.59.</summary>
internal static class Tpm
{
    public const int MaxMessage = 4096;
    public const int HeaderSize = 10;

    public const ushort NoSessions = 0x8001;
    public const ushort Sessions = 0x8002;

    public const uint CreatePrimary = 0x131;
    public const uint Create = 0x153;
    public const uint Load = 0x157;
    public const uint Unseal = 0x15E;
    public const uint FlushContext = 0x165;
    public const uint StartAuthSession = 0x176;

    public const uint Owner = 0x40000001;
    public const uint Null = 0x40000007;
    public const uint Password = 0x40000009;

    public const ushort Sha256 = 0x000B;
    public const ushort NullAlgorithm = 0x0010;
    public const ushort Aes = 0x0006;
    public const ushort Cfb = 0x0043;
    public const ushort KeyedHash = 0x0008;
    public const ushort Ecc = 0x0023;
    public const ushort NistP256 = 0x0003;

    /// <summary>fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, decrypt.</summary>
    public const uint StorageKey = 0x0002 | 0x0010 | 0x0020 | 0x0040 | 0x10000 | 0x20000;

    /// <summary>fixedTPM, fixedParent, userWithAuth, noDA: the secret that opens it is random, so that guessing needs no defence that could lock its owner out.</summary>
    public const uint SealedData = 0x0002 | 0x0010 | 0x0040 | 0x0400;

    public const byte ContinueSession = 0x01;

    /// <summary>The first parameter of the command is encrypted.</summary>
    public const byte Decrypt = 0x20;

    /// <summary>The first parameter of the response is encrypted.</summary>
    public const byte Encrypt = 0x40;
}

/// <summary>Response codes that mean something to us, without the number of the handle, session or parameter they are about.</summary>
internal static class Rc
{
    public const uint Success = 0;
    public const uint Initialize = 0x100;
    public const uint Yielded = 0x908;
    public const uint Testing = 0x90A;
    public const uint Retry = 0x922;
    public const uint Lockout = 0x921;
    public const uint AuthFail = 0x08E;
    public const uint BadAuth = 0x0A2;
    public const uint Integrity = 0x09F;
    public const uint Hierarchy = 0x085;

    /// <summary>Format-one codes carry a number in bits 8 to 11 and 6.</summary>
    public static uint Plain(uint code) => (code & 0x80) != 0 ? code & 0xBF : code;

    public static bool IsAgain(uint code) => code is Yielded or Testing or Retry;
}
