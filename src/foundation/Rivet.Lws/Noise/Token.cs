namespace Rivet.Lws.Noise;

/// <summary>What a message of a handshake does, in order (Noise revision 34 §5.3, §9; hybrid forward secrecy §4).</summary>
internal enum Token : byte
{
    /// <summary>The sender's ephemeral X25519 key, in clear.</summary>
    E,

    /// <summary>The sender's static X25519 key, encrypted once there is a key.</summary>
    S,

    /// <summary>Diffie-Hellman of both ephemeral keys.</summary>
    EE,

    /// <summary>Diffie-Hellman of the initiator's ephemeral and the responder's static key.</summary>
    ES,

    /// <summary>Diffie-Hellman of the initiator's static and the responder's ephemeral key.</summary>
    SE,

    /// <summary>Diffie-Hellman of both static keys.</summary>
    SS,

    /// <summary>The pre-shared key.</summary>
    Psk,

    /// <summary>The initiator's fresh ML-KEM-768 encapsulation key, encrypted once there is a key.</summary>
    E1,

    /// <summary>The responder's ML-KEM-768 ciphertext for that key, encrypted once there is a key; then the shared secret.</summary>
    Ekem1,
}
