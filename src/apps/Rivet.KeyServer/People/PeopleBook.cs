using System.Security.Cryptography;
using Rivet.Kernel;

namespace Rivet.KeyServer;

/// <summary>A device that was enrolled.</summary>
/// <param name="Person">Whose it is.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Number">How lists call it: it is enough to revoke it by.</param>
/// <param name="IsRevoked">Whether it, or its person, is given nothing any more.</param>
internal sealed record EnrolledDevice(string Person, string Name, string Number, bool IsRevoked);

/// <summary>A person as the administrator sees them.</summary>
/// <param name="Name">Their name; it names them for ever.</param>
/// <param name="IsRevoked">Whether their devices are given nothing.</param>
/// <param name="OpenCodes">Codes that can still be used.</param>
internal sealed record BookedPerson(string Name, bool IsRevoked, int OpenCodes);

/// <summary>
/// The people whose devices are given message keys, their one-time codes as hashes, and the devices' public keys. Only this command line lets anybody in.
/// Every question reads what is written now.
/// </summary>
internal sealed class PeopleBook
{
    private const int NumberSize = 8;
    private readonly BookFile file;

    public PeopleBook(BookFile file)
    {
        this.file = file;
        file.Execute("CREATE TABLE IF NOT EXISTS person (name TEXT PRIMARY KEY, revoked INTEGER NOT NULL, made_s INTEGER NOT NULL) WITHOUT ROWID");
        file.Execute("CREATE TABLE IF NOT EXISTS person_code (hash BLOB PRIMARY KEY, person TEXT NOT NULL, ends_s INTEGER NOT NULL) WITHOUT ROWID");
        file.Execute("CREATE TABLE IF NOT EXISTS person_device (key BLOB PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, revoked INTEGER NOT NULL, enrolled_s INTEGER NOT NULL) WITHOUT ROWID");
    }

    /// <summary>Whether a name can be a person's: one short line.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 100 && name.Trim() == name && !name.Any(char.IsControl);

    /// <summary>Makes a code for a person, who is added, or let in again, where needed: devices that were revoked stay so.</summary>
    public InvitationCode Admit(string person, TimeSpan valid)
    {
        var code = InvitationCode.Create();
        file.Together(() =>
        {
            file.Execute("INSERT INTO person VALUES ($1, 0, $2) ON CONFLICT (name) DO UPDATE SET revoked = 0", person, file.Now);
            file.Execute("DELETE FROM person_code WHERE ends_s <= $1", file.Now);
            file.Execute("INSERT INTO person_code VALUES ($1, $2, $3)", Hash(code), person, file.Now + (long)valid.TotalSeconds);
            return true;
        });
        return code;
    }

    /// <summary>Takes a code once, for one device key that nobody has used; the person it is of, or null.</summary>
    public string? Enrol(InvitationCode code, ReadOnlySpan<byte> key, string device)
    {
        string? person = null;
        var publicKey = key.ToArray();
        return file.Together(() =>
        {
            person = file.Read(
                "SELECT c.person FROM person_code c JOIN person p ON p.name = c.person WHERE c.hash = $1 AND c.ends_s > $2 AND p.revoked = 0",
                row => row.GetString(0), Hash(code), file.Now).FirstOrDefault();
            return person is not null
                && file.Execute("DELETE FROM person_code WHERE hash = $1", Hash(code)) == 1
                && file.Execute("INSERT INTO person_device VALUES ($1, $2, $3, 0, $4) ON CONFLICT DO NOTHING", publicKey, person, device, file.Now) == 1;
        }) ? person : null;
    }

    /// <summary>The device of a public key; null when nobody enrolled it.</summary>
    public EnrolledDevice? Find(ReadOnlySpan<byte> key) => Devices(" WHERE d.key = $1", key.ToArray()).FirstOrDefault();

    public IReadOnlyList<BookedPerson> All() => file.Read(
        "SELECT name, revoked, (SELECT count(*) FROM person_code WHERE person = name AND ends_s > $1) FROM person ORDER BY name",
        row => new BookedPerson(row.GetString(0), row.GetInt32(1) != 0, row.GetInt32(2)), file.Now);

    public IReadOnlyList<EnrolledDevice> DevicesOf(string person) => Devices(" WHERE d.person = $1 ORDER BY d.enrolled_s, d.key", person);

    /// <summary>From the next request on nothing is given to a person's devices, and their codes are void; false when there is no such person.</summary>
    public bool Revoke(string person) => file.Together(() =>
    {
        file.Execute("DELETE FROM person_code WHERE person = $1", person);
        file.Execute("UPDATE person_device SET revoked = 1 WHERE person = $1", person);
        return file.Execute("UPDATE person SET revoked = 1 WHERE name = $1", person) == 1;
    });

    /// <summary>The same for one device, by its number; false when there is no such device.</summary>
    public bool RevokeDevice(string number)
        => file.Execute("UPDATE person_device SET revoked = 1 WHERE lower(hex(substr(key, 1, $1))) = $2", NumberSize, number.ToLowerInvariant()) == 1;

    private static byte[] Hash(InvitationCode code) => SHA256.HashData([.. "rivet message key code v1"u8, .. code.Bytes]);

    private List<EnrolledDevice> Devices(string which, object value) => file.Read(
        "SELECT d.person, d.name, d.key, d.revoked, p.revoked FROM person_device d JOIN person p ON p.name = d.person" + which,
        row => new EnrolledDevice(
            row.GetString(0), row.GetString(1), Convert.ToHexStringLower(((byte[])row.GetValue(2)).AsSpan(0, NumberSize)), row.GetInt32(3) != 0 || row.GetInt32(4) != 0),
        value);
}
