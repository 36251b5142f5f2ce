using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Rivet.Kernel;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>
/// A token of a PKCS#11 module: makes AES-256 keys that never leave it, and seals and opens with them. Safe for concurrent use. It is
/// signed in to at the first call; whatever the module answers is a value, never an exception. After a loss (token removed, session gone, module
/// restarted) calls are refused as <see cref="ModuleRefusal.Unavailable"/> and one of them tries again each
/// <see cref="KeyModuleSettings.RetryAfter"/>, so that it recovers without a restart.
/// </summary>
/// <remarks>Calls block for as long as the module takes; an AES-GCM call takes a fraction of a millisecond in software, more over a network.</remarks>
public sealed partial class KeyModule : IDisposable
{
    /// <summary>Bytes that sealing adds: nonce (12) and tag (16).</summary>
    public const int Overhead = GcmCall.NonceSize + GcmCall.TagSize;

    private readonly KeyModuleSettings settings;
    private readonly TimeProvider time;
    private readonly SignIn signIn;
    private readonly BoundedCalls calls;
    private readonly Lock gate = new();
    private Connection? current;
    private long? failedAt;
    private bool isSuspect;
    private bool moduleMakesNonce;
    private volatile bool disposed;
    private volatile ModuleState state = new(ModuleFault.NotOpened, "The key module was not opened yet.");

    /// <summary>Opens nothing yet.</summary>
    /// <param name="settings">Which token, and how to sign in.</param>
    /// <param name="time">Paces the attempts after a loss.</param>
    public KeyModule(KeyModuleSettings settings, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
        signIn = new SignIn(settings);
        calls = new BoundedCalls(settings.MaxSessions);
    }

    /// <summary>What was seen last; asks nobody.</summary>
    public ModuleState State => calls.Stuck == 0 ? state : Hanging();

    /// <summary>Whether the module says that its slot is hardware (CKF_HW_SLOT); false until it was signed in to. It is the module's word, not a proof.</summary>
    public bool IsHardware { get; private set; }

    /// <summary>For tests: finds keys that were once outside.</summary>
    internal bool AllowsImportedKeys { get; init; }

    private KeyOrigin MadeInside => AllowsImportedKeys ? KeyOrigin.Any : KeyOrigin.Inside;

    /// <summary>Signs in, unless it is or failed a moment ago.</summary>
    public ModuleState Check()
    {
        Run(isWriting: false, session => session.GetSessionInfo().State is CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS
            ? Done.Value
            : throw new Pkcs11Exception("C_GetSessionInfo", CKR.CKR_USER_NOT_LOGGED_IN));
        return State;
    }

    /// <summary>Seals and opens a byte with a key, which is the one way to know that the token is there: some libraries answer everything else from memory.</summary>
    public ModuleState Check(ModuleKey key)
    {
        Answers(key);
        return State;
    }

    /// <summary>Finds a key by its label; refused as <see cref="ModuleRefusal.Unfit"/> when it is not non-extractable AES-256 made inside, for this use alone.</summary>
    public Result<ModuleKey, ModuleRefusal> FindKey(string label, ModuleKeyUse use)
    {
        var found = Run(isWriting: false, session => KeyFitness.Find(session, label, use, MadeInside));
        return !found.TryGet(out var key, out var why) ? why : key.Handle is null ? key.Refusal : new ModuleKey(label, use);
    }

    /// <summary>Makes a key inside the token: AES-256, sensitive, never extractable, kept by the token.</summary>
    /// <param name="label">CKA_LABEL; refused as <see cref="ModuleRefusal.Exists"/> when the token has such a key.</param>
    /// <param name="id">CKA_ID.</param>
    /// <param name="use">What it is for, and nothing else.</param>
    public Result<ModuleKey, ModuleRefusal> MakeKey(string label, ReadOnlySpan<byte> id, ModuleKeyUse use)
    {
        var name = id.ToArray();
        var made = Run(isWriting: true, session =>
        {
            if (session.FindAllObjects(KeyFitness.Search(label)) is not [])
            {
                return ModuleRefusal.Exists;
            }

            using var mechanism = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_AES_KEY_GEN);
            var handle = session.GenerateKey(mechanism, KeyFitness.Template(label, name, use));
            var found = KeyFitness.Find(session, label, use, KeyOrigin.Inside);
            if (found.Handle is null)
            {
                // The module did not do what it was told: the key is not left behind.
                session.DestroyObject(handle);
            }

            return found.Refusal;
        });
        return !made.TryGet(out var refusal, out var why) ? why : refusal != default ? refusal : new ModuleKey(label, use);
    }

    /// <summary>Seals with AES-256-GCM inside the module (NIST SP 800-38D).</summary>
    /// <param name="key">A key for <see cref="ModuleKeyUse.Encrypt"/>.</param>
    /// <param name="plaintext">At most what the module takes at once.</param>
    /// <param name="associatedData">Authenticated, not sealed.</param>
    /// <returns>Nonce (12; random, or the module's own where it insists) · ciphertext · tag (16).</returns>
    public Result<byte[], ModuleRefusal> Encrypt(ModuleKey key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        var (bytes, bound) = (plaintext.ToArray(), associatedData.ToArray());
        try
        {
            return RunWith(key, (session, handle) => GcmCall.Encrypt(session, handle, bytes, bound, ref moduleMakesNonce), isForged: null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Opens what <see cref="Encrypt"/> gave; <see cref="ModuleRefusal.Forged"/> when any bit, the associated data or the key is another.</summary>
    /// <param name="key">The same key.</param>
    /// <param name="sealedBytes">Nonce · ciphertext · tag.</param>
    /// <param name="associatedData">The same associated data.</param>
    public Result<byte[], ModuleRefusal> Decrypt(ModuleKey key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData)
    {
        if (sealedBytes.Length < Overhead)
        {
            return ModuleRefusal.Forged;
        }

        var (nonce, body, bound) = (sealedBytes[..GcmCall.NonceSize].ToArray(), sealedBytes[GcmCall.NonceSize..].ToArray(), associatedData.ToArray());
        return RunWith(key, (session, handle) => GcmCall.Decrypt(session, handle, nonce, body, bound), code => IsForged(key, code));
    }

    /// <summary>Closes the sessions. Later calls are refused as unavailable.</summary>
    public void Dispose()
    {
        disposed = true;
        calls.TryRun(settings.CallBudget, () =>
        {
            lock (gate)
            {
                current?.Dispose();
                current = null;
            }

            return Done.Value;
        }, out _);
    }

    /// <summary>Never the PIN.</summary>
    public override string ToString() => $"{settings.Token} in {settings.Library}";

    /// <summary>For tests.</summary>
    internal Connection? Current => current;

    /// <summary>For tests.</summary>
    internal int OfferedPins => signIn.Offered;

    /// <summary>For tests.</summary>
    internal int StuckCalls => calls.Stuck;

    private Result<byte[], ModuleRefusal> RunWith(ModuleKey key, Func<ISession, IObjectHandle, byte[]> call, Func<CKR, bool>? isForged)
    {
        if (key.Use != ModuleKeyUse.Encrypt)
        {
            return ModuleRefusal.Unfit;
        }

        ModuleRefusal refusal = default;
        var result = Run(
            isWriting: false,
            (connection, session) =>
            {
                var found = connection.HandleOf(key, () => KeyFitness.Find(session, key.Label, key.Use, key.IsImported ? KeyOrigin.Imported : MadeInside));
                refusal = found.Refusal;
                if (refusal == ModuleRefusal.NotFound)
                {
                    // It was found once: the token is not what it was.
                    throw new Pkcs11Exception("C_FindObjects", CKR.CKR_KEY_HANDLE_INVALID);
                }

                return found.Handle is { } handle ? call(session, handle) : [];
            },
            isForged);
        return refusal == ModuleRefusal.Unfit ? refusal : result;
    }

    private Result<T, ModuleRefusal> Run<T>(bool isWriting, Func<ISession, T> call) => Run(isWriting, (_, session) => call(session), isForged: null);

    /// <summary>For no longer than the budget; a call that is left to itself makes the module unavailable until it returns.</summary>
    private Result<T, ModuleRefusal> Run<T>(bool isWriting, Func<Connection, ISession, T> call, Func<CKR, bool>? isForged, int budgets = 1)
        => calls.TryRun(settings.CallBudget * budgets, () => RunHere(isWriting, call, isForged), out var result) ? result : ModuleRefusal.Unavailable;

    /// <summary>Twice at most: a lost session is replaced without anybody noticing; a module that fails again is left alone for a while.</summary>
    private Result<T, ModuleRefusal> RunHere<T>(bool isWriting, Func<Connection, ISession, T> call, Func<CKR, bool>? isForged)
    {
        for (var isLast = false; ; isLast = true)
        {
            if (Connect() is not { } connection)
            {
                return ModuleRefusal.Unavailable;
            }

            try
            {
                return connection.With(isWriting, session => call(connection, session));
            }
            catch (Pkcs11Exception exception)
            {
                if (isForged?.Invoke(exception.RV) is true)
                {
                    return ModuleRefusal.Forged;
                }

                Lose(connection, exception.RV, isLast);
                if (isLast)
                {
                    return ModuleRefusal.Unavailable;
                }
            }
        }
    }

    /// <summary>
    /// Modules say "forged" in many words, some in those they use when they fail. Where the word is such a one, a module that still seals and opens
    /// with this key has looked at the ciphertext and refused it.
    /// </summary>
    private bool IsForged(ModuleKey key, CKR code) => code switch
    {
        CKR.CKR_ENCRYPTED_DATA_INVALID or CKR.CKR_ENCRYPTED_DATA_LEN_RANGE or CKR.CKR_SIGNATURE_INVALID => true,
        CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_DATA_INVALID or CKR.CKR_DATA_LEN_RANGE => Answers(key),
        _ => code == AeadDecryptFailed,
    };

    /// <summary>CKR_AEAD_DECRYPT_FAILED of PKCS#11 3.0, which the binding does not know.</summary>
    private const CKR AeadDecryptFailed = (CKR)0x00000042;

    private bool Answers(ModuleKey key)
        => RunWith(key, (session, handle) =>
        {
            var probe = GcmCall.Encrypt(session, handle, [1], [], ref moduleMakesNonce);
            return GcmCall.Decrypt(session, handle, probe[..GcmCall.NonceSize], probe[GcmCall.NonceSize..], []);
        }, isForged: null) is { IsOk: true, Value: [1] };

    private Connection? Connect()
    {
        lock (gate)
        {
            if (current is not null || disposed || (failedAt is { } at && time.GetElapsedTime(at) < settings.RetryAfter))
            {
                return current;
            }

            try
            {
                current = signIn.Open(isSuspect);
                IsHardware = current.IsHardware;
                isSuspect = false;
                failedAt = null;
                state = ModuleState.Ready;
            }
            catch (ModuleException exception)
            {
                Fail(exception.State);
            }
            catch (Pkcs11Exception exception)
            {
                Fail(Failing(exception.RV));
            }

            return current;
        }
    }

    private void Lose(Connection connection, CKR code, bool isLast)
    {
        lock (gate)
        {
            if (current != connection)
            {
                return;
            }

            current = null;
            connection.Dispose();

            // A session that ended is replaced; behind any other word may be a token that is gone and a library that has not noticed.
            isSuspect = code is not (CKR.CKR_SESSION_HANDLE_INVALID or CKR.CKR_SESSION_CLOSED or CKR.CKR_USER_NOT_LOGGED_IN);
            if (isLast)
            {
                Fail(Failing(code));
            }
        }
    }

    private void Fail(ModuleState found)
    {
        failedAt = time.GetTimestamp();
        state = found;
    }

    private ModuleState Hanging()
        => new(ModuleFault.Hanging, $"The token \"{settings.Token}\" does not return from a call. It is used again once it does; look at the module and its connection, and restart the server if it does not.");

    private ModuleState Failing(CKR code)
        => code is CKR.CKR_KEY_HANDLE_INVALID
            ? new(ModuleFault.KeyMissing, $"The token \"{settings.Token}\" does not show a key that it had. Look whether it is the right token; it is tried again by itself.")
            : new(ModuleFault.Failing, $"The token \"{settings.Token}\" answers with {code}. Look at the module and its connection; it is tried again by itself.");
}
