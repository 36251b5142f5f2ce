using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>Finds the token and signs in to it. A PIN that the token refused is not offered again, so that trying does not lock the token.</summary>
internal sealed class SignIn(KeyModuleSettings settings)
{
    private readonly byte[] mark = RandomNumberGenerator.GetBytes(32);
    private byte[]? refused;

    /// <summary>How many PINs the token was shown; tests count.</summary>
    internal int Offered { get; private set; }

    /// <param name="beginsAnew">Whether the library is not to be believed and has to look for its tokens anew.</param>
    /// <exception cref="ModuleException">What is wrong, and what to do.</exception>
    /// <exception cref="Pkcs11Exception">The module fails.</exception>
    public Connection Open(bool beginsAnew)
    {
        var library = LoadedLibrary.Of(settings.Library);
        library.Load();
        var seen = library.Generation;
        if (!beginsAnew && TryOpen(library) is { } connection)
        {
            return connection;
        }

        library.BeginAnew(seen);
        return TryOpen(library) ?? throw new ModuleException(
            ModuleFault.TokenMissing, $"The key module {settings.Library} shows no token with the label \"{settings.Token}\". Connect it, or check the label; the module is tried again by itself.");
    }

    /// <summary>Null when the token does not show, or shows and does not answer.</summary>
    private Connection? TryOpen(LoadedLibrary library)
    {
        using var use = library.Enter();
        var found = library.Slots().Where(HasLabel).ToArray();
        if (found.Length > 1)
        {
            throw new ModuleException(ModuleFault.TokenMissing, $"The key module shows {found.Length} tokens with the label \"{settings.Token}\". Give each its own label.");
        }

        if (found is not [var slot])
        {
            return null;
        }

        if (!slot.GetMechanismList().Contains(CKM.CKM_AES_GCM))
        {
            throw new ModuleException(ModuleFault.NotCapable, $"The token \"{settings.Token}\" does not offer AES-GCM (CKM_AES_GCM). Choose another module.");
        }

        var anchor = slot.OpenSession(SessionType.ReadOnly);
        try
        {
            SignInto(slot, anchor);
            return new Connection(library, slot, anchor, settings.MaxSessions);
        }
        catch
        {
            anchor.Dispose();
            throw;
        }
    }

    private bool HasLabel(ISlot slot)
    {
        try
        {
            return slot.GetTokenInfo() is var token && token.TokenFlags.TokenInitialized && token.Label.TrimEnd() == settings.Token;
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    private void SignInto(ISlot slot, ISession session)
    {
        var flags = slot.GetTokenInfo().TokenFlags;
        if (!flags.LoginRequired || session.GetSessionInfo().State is CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS)
        {
            return;
        }

        if (flags.UserPinLocked)
        {
            throw Locked();
        }

        if (flags.UserPinFinalTry)
        {
            throw new ModuleException(ModuleFault.PinLocked, $"The token \"{settings.Token}\" has one try left before it locks, and Rivet does not use it. Sign in once with the module's own tool, then correct {settings.Pin.Place}.");
        }

        var pin = settings.Pin.Read();
        var marked = HMACSHA256.HashData(mark, pin);
        try
        {
            if (refused is not null && CryptographicOperations.FixedTimeEquals(marked, refused))
            {
                throw Refused();
            }

            Offered++;
            session.Login(CKU.CKU_USER, pin);
            refused = null;
        }
        catch (Pkcs11Exception exception) when (exception.RV is CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // Another session of this process was faster.
        }
        catch (Pkcs11Exception exception) when (exception.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_EXPIRED)
        {
            refused = marked;
            throw Refused();
        }
        catch (Pkcs11Exception exception) when (exception.RV is CKR.CKR_PIN_LOCKED)
        {
            throw Locked();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private ModuleException Refused()
        => new(ModuleFault.PinRefused, $"The token \"{settings.Token}\" refused the PIN in {settings.Pin.Place}. It is not offered again, so that the token does not lock: write the right one there.");

    private ModuleException Locked()
        => new(ModuleFault.PinLocked, $"The token \"{settings.Token}\" is locked after too many wrong PINs. Set a new user PIN with the module's own tool, then write it to {settings.Pin.Place}.");
}
