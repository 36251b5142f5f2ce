using System.CommandLine;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary>
/// <c>rivet admin keys import begin|wrap|finish</c>: brings a key that the company made. Wrapping needs neither server nor home: it is done where the key is.
/// </summary>
internal static class AdminKeyImport
{
    private const int KeySize = 32;
    private const int LongestPem = 8 * 1024;
    private const int LongestWrapped = 4 * 1024;

    public static Command Build(Options options) => new("import", options.Words["command.keys-import"]) { Begin(options), Wrap(options), Finish(options) };

    private static Command Begin(Options options)
    {
        var output = new Option<FileInfo>("--output") { Description = options.Words["option.keys-public-output"], Required = true, HelpName = "FILE" };
        return CommandShape.Of("keys-import-begin", options, [output], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var begun = session.Take(await session.Client.BeginKeyImportAsync(ct));
            await WriteAsync(session.Words, parsed.GetValue(output)!, System.Text.Encoding.ASCII.GetBytes(begun.PublicKey), ct);
            if (session.Json)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "keyImport");
                    json.Id("import", begun.ImportId);
                    json.WriteBoolean("sha1", begun.IsSha1);
                    json.Time("until", begun.UntilMs);
                });
                return;
            }

            await session.Output.WriteLineAsync(AdminKeys.IdOf(begun.ImportId));
            await session.Error.WriteLineAsync(session.Words["keys.import-begun", AdminCommands.Local(begun.UntilMs)]);
            if (begun.IsSha1)
            {
                await session.Error.WriteLineAsync(session.Words["keys.import-sha1"]);
            }
        }, "begin");
    }

    private static Command Wrap(Options options)
    {
        var words = options.Words;
        var publicKey = new Option<FileInfo>("--public-key") { Description = words["option.keys-public-key"], Required = true, HelpName = "FILE" };
        var key = new Option<FileInfo>("--key") { Description = words["option.keys-own-key"], Required = true, HelpName = "FILE" };
        var output = new Option<FileInfo>("--output") { Description = words["option.keys-wrapped-output"], Required = true, HelpName = "FILE" };
        var sha1 = new Option<bool>("--sha1") { Description = words["option.keys-sha1"] };
        var command = new Command("wrap", words["command.keys-import-wrap"]) { publicKey, key, output, sha1 };
        command.SetAction(async (parsed, ct) =>
        {
            var secret = await AdminKeyChanges.ReadAsync(words, parsed.GetValue(key)!, KeySize, ct);
            try
            {
                if (secret.Length != KeySize)
                {
                    throw new CliExit(ExitCode.Usage, words["keys.key-length"]);
                }

                using var rsa = ReadPublicKey(words, await AdminKeyChanges.ReadAsync(words, parsed.GetValue(publicKey)!, LongestPem, ct));
                await WriteAsync(words, parsed.GetValue(output)!, WrapKey(rsa, secret, parsed.GetValue(sha1)), ct);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
            }

            await parsed.InvocationConfiguration.Error.WriteLineAsync(words["keys.wrapped"]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Finish(Options options)
    {
        var id = new Argument<string>("ID") { Description = options.Words["argument.key-import"] };
        var wrapped = new Option<FileInfo>("--wrapped") { Description = options.Words["option.keys-wrapped"], Required = true, HelpName = "FILE" };
        var reason = AdminKeyChanges.Reason(options);
        return CommandShape.Of("keys-import-finish", options, [id, wrapped, reason], async (parsed, session, ct) =>
        {
            if (!Guid.TryParseExact(parsed.GetValue(id), "N", out var import))
            {
                throw new CliExit(ExitCode.Usage, session.Words["keys.bad-import"]);
            }

            var bytes = await AdminKeyChanges.ReadAsync(session.Words, parsed.GetValue(wrapped)!, LongestWrapped, ct);
            session.Client.Start();
            await AdminKeyChanges.AskAsync(
                session,
                new AskKeyChangeRequest
                {
                    Action = KeyChangeAction.KeyChangeUseImported,
                    ImportId = ByteString.CopyFrom(import.ToByteArray(bigEndian: true)),
                    WrappedKey = ByteString.CopyFrom(bytes),
                    Reason = parsed.GetValue(reason)!,
                },
                ct);
        }, "finish");
    }

    /// <summary>PKCS#11 2.40 §2.1.21 CKM_RSA_AES_KEY_WRAP: RSA-OAEP over an AES-256 key that serves once, then padded AES key wrap (RFC 5649) under it.</summary>
    internal static byte[] WrapKey(RSA rsa, ReadOnlySpan<byte> secret, bool sha1)
    {
        var once = RandomNumberGenerator.GetBytes(KeySize);
        try
        {
            using var aes = Aes.Create();
            aes.SetKey(once);
            return [.. rsa.Encrypt(once, sha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256), .. aes.EncryptKeyWrapPadded(secret)];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(once);
        }
    }

    private static RSA ReadPublicKey(Words words, byte[] pem)
    {
        var rsa = RSA.Create();
        try
        {
            var text = System.Text.Encoding.ASCII.GetString(pem);
            var fields = PemEncoding.Find(text);
            rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(text[fields.Base64Data]), out _);
            return rsa;
        }
        catch (Exception none) when (none is CryptographicException or ArgumentException or FormatException)
        {
            rsa.Dispose();
            throw new CliExit(ExitCode.Usage, words["keys.bad-public-key"]);
        }
    }

    /// <summary>Never over a file that is there.</summary>
    private static async Task WriteAsync(Words words, FileInfo file, byte[] bytes, CancellationToken ct)
    {
        try
        {
            await using var stream = new FileStream(file.FullName, FileMode.CreateNew, FileAccess.Write);
            await stream.WriteAsync(bytes, ct);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new CliExit(ExitCode.Usage, words["keys.not-written", Plain.Line(file.FullName)]);
        }
    }
}
