using System.Security.Cryptography;
using System.Text;
using Rivet.Server.Sealing;

namespace Rivet.Server.Startup;

/// <summary>Asks for a passphrase on a terminal without showing it. Gives nothing where nobody can be asked.</summary>
internal static class PassphrasePrompt
{
    private const int MostCharacters = 256;

    /// <summary>The passphrase that opens a file.</summary>
    public static byte[]? Ask(string rootKeyFile) => AskFor(RootSealCommand.Say("AskNow", rootKeyFile));

    /// <summary>A new passphrase, typed twice; null when nobody can be asked, or it was not typed twice alike.</summary>
    public static byte[]? AskNew(string rootKeyFile)
    {
        if (AskFor(RootSealCommand.Say("AskNew")) is not { } first)
        {
            return null;
        }

        var second = AskFor(RootSealCommand.Say("AskAgain"))!;
        var isSame = CryptographicOperations.FixedTimeEquals(first, second);
        CryptographicOperations.ZeroMemory(second);
        return isSame ? first : throw new StartupException(RootSealCommand.Say("NotAlike"));
    }

    private static byte[]? AskFor(string question)
    {
        if (Console.IsInputRedirected)
        {
            return null;
        }

        // Looking for a key switches the terminal's echo off. Asked first, whoever answers at once, or pastes, would see the passphrase on the screen.
        _ = Console.KeyAvailable;
        Console.Error.Write(question);
        var typed = new char[MostCharacters];
        var length = 0;
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace)
            {
                length = Math.Max(0, length - 1);
            }
            else if (!char.IsControl(key.KeyChar) && length < MostCharacters)
            {
                typed[length++] = key.KeyChar;
            }
        }

        Console.Error.WriteLine();
        var bytes = Encoding.UTF8.GetBytes(typed, 0, length);
        Array.Clear(typed);
        return bytes;
    }
}
