using System.Globalization;
using System.Resources;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>What the vault says about itself: what the root is, and how many keys there are.</summary>
internal sealed class VaultStatus(RootKey root, IStore store) : IStatusSource
{
    private static readonly ResourceManager Text = new("Rivet.Vault.Resources.VaultText", typeof(VaultStatus).Assembly);

    public int Order => 30;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        string Say(string key) => Text.GetString(key, culture)!;
        var rootLine = RootLine(Say);
        try
        {
            var (active, destroyed) = await store.ReadAsync(
                session => session.QueryFirst(
                    "SELECT count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2) FROM vault_key",
                    row => (row.GetInt64(0), row.GetInt64(1))),
                ct);
            return new(
                Say("Title"),
                [
                    rootLine,
                    new(Say("Sealing"), "AES-256-GCM", StatusLevel.Passing),
                    new(Say("Keys"), active.ToString("N0", culture), StatusLevel.Plain),
                    new(Say("Destroyed"), destroyed.ToString("N0", culture), StatusLevel.Plain),
                ]);
        }
        catch (StoreUnavailableException)
        {
            return new(Say("Title"), [rootLine, new(Say("Keys"), Say("KeysUnavailable"), StatusLevel.Failing, Say("KeysUnavailableAdvice"))]);
        }
    }

    private StatusLine RootLine(Func<string, string> say)
    {
        if (root.Root is not { } found)
        {
            return new(say("Root"), say("RootMissing"), StatusLevel.Failing, say("RootMissingAdvice"));
        }

        if (found is not ModuleRoot module)
        {
            var line = (found as FileRoot)?.Seal switch
            {
                RootSealKind.Passphrase => "RootIsPassphrase",
                RootSealKind.Tpm => "RootIsTpm",
                _ => "RootIsFile",
            };
            return new(say("Root"), say(line), StatusLevel.NotProven, say(line + "Advice"));
        }

        var state = module.Check();
        return !state.IsReady ? new(say("Root"), say("RootModuleGone"), StatusLevel.Failing, say($"Fault{state.Fault}"))
            : module.IsHardware ? new(say("Root"), say("RootIsModule"), StatusLevel.Passing)
            : new(say("Root"), say("RootIsSoftModule"), StatusLevel.NotProven, say("RootIsSoftModuleAdvice"));
    }
}
